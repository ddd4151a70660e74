"""How stages share a depth."""

import pytest

from bnact.nn.bodies import checked_depth, shares


@pytest.mark.parametrize(
    "depth, widths, expected", [(1, (4,), [1]), (5, (4, 4), [3, 2]), (7, (1, 2, 3), [3, 2, 2])]
)
def test_stages_share_as_equally_as_can_be(depth, widths, expected):
    assert shares("net", "block", depth, widths) == expected


@pytest.mark.parametrize("depth, widths", [(0, (4,)), (1, (4, 4)), (3, ())])
def test_every_stage_needs_a_part(depth, widths):
    with pytest.raises(
        ValueError, match=f"net: depth must be at least 1 block for every stage; got depth={depth}"
    ):
        shares("net", "block", depth, widths)


def test_without_stages_an_error_speaks_of_none():
    with pytest.raises(
        ValueError, match="^net: depth must be at least 1 block; got depth=0; use depth=1 or more$"
    ):
        checked_depth("net", "block", 0)


@pytest.mark.parametrize("depth", [2.0, "2", None])
def test_a_depth_is_an_integer(depth):
    with pytest.raises(TypeError, match=f"^net: depth must be an integer; got depth={depth!r}; use depth=1"):
        checked_depth("net", "block", depth)
    with pytest.raises(TypeError, match=f"^net: depth must be an integer; got depth={depth!r}; use depth=1"):
        shares("net", "block", depth, (4,))
