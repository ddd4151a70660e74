"""Where flax.nnx is wrong it is so by the figure that the page gives, and bnact is right."""

from pathlib import Path

import numpy as np
import pytest
from flax import nnx

from bnact import nn
from tests.nn.norms.flax_differences import DIFFERENCES, figure_of, page, shown

PAGE = Path(__file__).parents[3] / "docs" / "where_flax_differs.md"
BOUND = 2e-3


def cells():
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("|")][2:]
    return [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]


def agrees(figure, truth):
    return figure == truth or abs(figure - truth) <= BOUND


@pytest.mark.parametrize("number", range(len(DIFFERENCES)), ids=lambda n: DIFFERENCES[n].case)
def test_flax_is_wrong_and_bnact_right(number):
    difference = DIFFERENCES[number]
    theirs, ours = (figure_of(library, difference) for library in (nnx, nn))
    assert agrees(ours, difference.truth)
    assert not agrees(theirs, difference.truth)
    case, figure, flaxs, bnacts, right = cells()[number]
    assert (case, figure, right) == (difference.case, difference.figure, shown(difference.truth, 4))
    assert bnacts == shown(ours, 4)
    # What rounding leaves differs from machine to machine.
    same = flaxs == shown(theirs, 2)
    assert same or 0.2 < float(flaxs) / theirs < 5


def test_the_page_is_what_the_program_writes():
    text = PAGE.read_text()
    version = text.split("flax.nnx ")[2].split()[0]
    assert text == page(cells(), version)
    assert len(cells()) == len(DIFFERENCES)


def test_figures_that_do_not_agree_are_told_apart():
    assert not agrees(np.nan, 0.0)
    assert not agrees(np.inf, 1.0)
    assert agrees(np.inf, np.inf)
