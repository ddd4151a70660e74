import os

import numpy as np
import pytest

from bnact.activations import ACTIVATIONS
from bnact.theory import rates_table, symmetric_point
from bnact.theory.rates.rates_table import usable_cores


def test_a_row_is_an_activation_and_a_column_a_batch_size():
    table = rates_table(["relu", "gelu"], (8, 256, None))
    assert table.rates.shape == table.stable.shape == (2, 3)
    assert table.rates[1, 1] == symmetric_point("gelu", 256).rate
    assert table.stable.tolist() == [[True, True, True], [True, False, False]]


def test_a_star_marks_a_drift():
    lines = rates_table(["relu", "gelu"], (8, None)).to_text().splitlines()
    assert lines[0].split() == ["activation", "B", "=", "8", "B", "=", "inf"]
    assert lines[1].split() == ["relu", "1.788190", "1.466942"]
    assert lines[2].split() == ["gelu", "1.622301", "1.318845*"]


def test_all_that_do_not_jump_are_in_it():
    assert rates_table(batch_sizes=()).activations == tuple(
        name for name, act in ACTIVATIONS.items() if not act.jumps
    )


def test_one_that_jumps():
    with pytest.raises(ValueError, match="rates_table: activation must not jump"):
        rates_table(["step"])


@pytest.mark.parametrize("sizes", [np.array([8, 16]), [np.int64(8), 16]])
def test_sizes_are_integers_of_any_kind(sizes):
    table = rates_table(["relu"], sizes)
    assert table.batch_sizes == (8, 16)
    with pytest.raises(ValueError, match="rates_table: batch_size must be an integer of at least 4"):
        rates_table(["relu"], (8, 3))


def test_there_are_as_many_threads_as_cores_that_may_be_used(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {3, 5, 7}, raising=False)
    assert usable_cores() == 3
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert usable_cores() == 1
