import numpy as np
import pytest

from bnact.studies.estimate import first_estimate, refined
from bnact.studies.pace import Pace
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
        estimate = refined(estimate, cell, taken(cell), cell.compiles)
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


ONE_WORK = plan(
    (Setting(activation=name, norm=norm) for name in ACTIVATIONS for norm in ("batch", "none")), set()
)


def test_of_one_size_alone_the_mean_foretells_once_a_warm_one_is_measured():
    cells = ONE_WORK.cells
    assert len(cells) == 8
    assert [cell.compiles for cell in cells] == [True] + [False] * 7
    # The first alone does not tell its compilation from the rest.
    assert [after(count, cells) for count in (0, 1)] == [None, None]
    for count in range(2, 9):
        assert after(count, cells) == pytest.approx(left(count, cells))


def test_of_one_size_where_every_cell_compiles_the_mean_is_of_those():
    cells = tuple(cell._replace(compiles=True) for cell in ONE_WORK.cells)
    assert after(1, cells) == pytest.approx(left(1, cells))


def test_a_pace_of_one_size_is_kept_for_that_size_alone():
    estimate = first_estimate(ONE_WORK.cells)
    for cell in ONE_WORK.cells:
        estimate = refined(estimate, cell, seconds_of(cell), cell.compiles)
    learned = estimate.learned
    assert learned is not None
    again = first_estimate(ONE_WORK.cells, learned)
    assert again.seconds == pytest.approx(left(0, ONE_WORK.cells))
    assert first_estimate(CELLS, learned).seconds is None, "other sizes were never seen"


@pytest.mark.parametrize("of_one", [False, True])
def test_a_pace_of_one_size_replaces_none_of_all_sizes(of_one):
    earlier = Pace(PER_CELL, PER_WORK, 77.0, only=5.0 if of_one else None)
    estimate = first_estimate(ONE_WORK.cells, earlier)
    for cell in ONE_WORK.cells:
        estimate = refined(estimate, cell, seconds_of(cell), cell.compiles)
    assert (estimate.learned == earlier) == (not of_one)


def test_programs_that_were_kept_say_nothing_of_compiling():
    earlier = Pace(PER_CELL, PER_WORK, 77.0)
    for before, compilation in ((earlier, 77.0), (None, None)):
        estimate = first_estimate(CELLS, before)
        for cell in CELLS[:6]:
            estimate = refined(estimate, cell, seconds_of(cell._replace(compiles=False)), compiled=False)
        learned = estimate.learned
        assert (learned.compilation if learned else None) == compilation


def test_cells_of_one_size_tell_nothing_of_other_sizes():
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
