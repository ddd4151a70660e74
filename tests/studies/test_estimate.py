import numpy as np
import pytest

from bnact.studies.estimate import first_estimate, refined
from bnact.studies.plan import plan
from bnact.training.setting import Setting

ACTIVATIONS = ("relu", "tanh", "gelu", "sigmoid")
CELLS = plan(
    (Setting(activation=name, depth=depth) for depth in (2, 3, 8, 32) for name in ACTIVATIONS), set()
).cells
PER_CELL, COMPILING, PER_WORK = 1.0, 9.0, 1e-9


def seconds_of(cell):
    return PER_CELL + COMPILING * cell.compiles + PER_WORK * cell.work


def after(count, cells=CELLS, taken=seconds_of):
    estimate = first_estimate(cells)
    for cell in cells[:count]:
        estimate = refined(estimate, cell, taken(cell))
    return estimate.seconds


def left(count, cells=CELLS):
    return sum(map(seconds_of, cells[count:]))


@pytest.mark.parametrize("count", range(6, len(CELLS) + 1))
def test_neither_compiling_nor_what_every_cell_takes_is_taken_for_arithmetic(count):
    assert after(count) == pytest.approx(left(count), rel=1e-6, abs=1e-6)


def test_a_rate_alone_would_be_more_than_twice_too_long():
    work = sum(cell.work for cell in CELLS[6:])
    warm = CELLS[1]
    rate = seconds_of(warm) / warm.work
    assert rate * work > 2 * left(6)


def test_cells_of_one_size_tell_nothing():
    assert {after(count) for count in range(5)} == {None}


def test_where_every_cell_compiles_the_sum_of_both_is_foretold():
    cold = CELLS[::4]
    assert [cell.compiles for cell in cold] == [True] * 4
    assert after(2, cold) == pytest.approx(left(2, cold), rel=1e-6)


def test_noise_makes_no_time_negative_or_endless():
    noise = np.random.default_rng(0)
    for _ in range(20):
        found = after(5, taken=lambda cell: seconds_of(cell) * noise.lognormal(sigma=0.3))
        assert found is not None
        assert 0 <= found < 10 * left(5)


def test_nothing_is_left_after_the_last_cell():
    assert after(len(CELLS)) == pytest.approx(0, abs=1e-9)
