import pytest

from bnact.normalizations import STANDARDIZATIONS, Standardization, reduced_axes


@pytest.mark.parametrize("name, axes", [("none", ()), ("batch", (0, 1)), ("layer", (2,)), ("rms", (2,))])
def test_reduced_axes(name, axes):
    assert reduced_axes(STANDARDIZATIONS[name], 3) == axes


def test_the_table():
    assert dict(STANDARDIZATIONS) == {
        "none": Standardization("none", False),
        "batch": Standardization("batch", True),
        "layer": Standardization("features", True),
        "rms": Standardization("features", False),
    }
