import os

import pytest

from bnact.distributed import allowed_cores, usable_cores


def test_a_binding_limits_the_cores(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {3, 5, 7}, raising=False)
    assert allowed_cores() == (3, 5, 7)
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert allowed_cores() == (0,)


@pytest.mark.parametrize(
    ("allowed", "quota", "cores"), [(4, None, 4), (4, 1.5, 1), (4, 0.5, 1), (2, 3.0, 2), (8, 5.5, 5)]
)
def test_a_container_limits_them_too(allowed, quota, cores):
    assert usable_cores(allowed, quota) == cores
