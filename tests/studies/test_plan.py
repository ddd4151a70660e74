import dataclasses
import itertools

import pytest

from bnact.distributed import Arrangement
from bnact.studies.estimate import first_estimate, refined
from bnact.studies.identity import setting_id
from bnact.studies.plan import plan
from bnact.training.setting import Setting
from tests.studies.fake_runs import SETTINGS


def test_every_run_is_in_one_cell():
    planned = plan(SETTINGS, set())
    lanes = [lane for cell in planned.cells for lane in cell.lanes]
    assert sorted(map(setting_id, lanes)) == sorted(map(setting_id, SETTINGS))
    assert (planned.runs, planned.stored) == (len(SETTINGS), 0)


def test_cells_share_all_but_learning_rate_and_seed():
    for cell in plan(SETTINGS, set()).cells:
        assert len({lane.cell for lane in cell.lanes}) == 1


def test_what_is_stored_is_not_planned():
    assert plan(SETTINGS, set(map(setting_id, SETTINGS))).cells == ()


def test_a_cell_that_lacks_one_run_trains_that_alone_laid_out_as_the_whole():
    lacking = SETTINGS[5]
    planned = plan(SETTINGS, {setting_id(s) for s in SETTINGS if s != lacking}, whole)
    (cell,) = planned.cells
    assert cell.lanes == (lacking,)
    assert cell.arrangement.at_once == sum(s.cell == lacking.cell for s in SETTINGS) > 1
    assert planned.stored == len(SETTINGS) - 1


def layouts(settings, stored):
    """The layout of every cell that is left to run."""
    return {cell.lanes[0].cell: cell.arrangement for cell in plan(settings, stored, whole).cells}


def test_the_layout_does_not_depend_on_what_is_stored_nor_on_the_order_asked():
    some = {setting_id(s) for s in SETTINGS[::3]}
    assert layouts(SETTINGS, set()) == layouts(reversed(SETTINGS), set()) == layouts(SETTINGS, some)
    lanes = {cell.lanes for cell in plan(SETTINGS, set()).cells}
    assert {cell.lanes for cell in plan(reversed(SETTINGS), set()).cells} == lanes


def test_repeated_settings_count_once():
    assert plan(SETTINGS * 2, set()) == plan(SETTINGS, set())


def in_calls_of(lanes):
    """A layout of one device that runs so many at once."""
    return lambda program, runs: Arrangement(1, lanes, "map")


def whole(program, runs):
    """A layout of one call, whatever the size of the population."""
    return Arrangement(1, runs, "vmap")


MORE = tuple(dataclasses.replace(SETTINGS[0], activation="elu", seed=seed) for seed in range(3))


@pytest.mark.parametrize(("arrange", "programs"), [(in_calls_of(2), 2), (whole, 3)])
def test_a_program_is_compiled_once_for_each_size_of_a_call(arrange, programs):
    cells = plan(SETTINGS + MORE, set(), arrange).cells
    kinds = [(cell.lanes[0].program, cell.arrangement) for cell in cells]
    assert len([*itertools.groupby(kinds)]) == len(set(kinds)), "a program comes back after another"
    assert sum(cell.compiles for cell in cells) == len(set(kinds)) == programs
    assert [cell.compiles for cell in cells] == [kind not in kinds[:i] for i, kind in enumerate(kinds)]


def test_cheap_programs_come_first():
    settings = [Setting(depth=depth, width=width) for depth, width in itertools.product((16, 2, 8), (64, 16))]
    works = [cell.work for cell in plan(settings, set()).cells]
    assert works == sorted(works)
    assert works[0] == 2 * 16**2 * 64 * 300


def test_the_estimate_ends_at_zero():
    cells = plan(SETTINGS, set()).cells
    estimate = first_estimate(cells)
    for cell in cells:
        estimate = refined(estimate, cell, 1.0, cell.compiles)
    assert estimate.seconds == 0.0
