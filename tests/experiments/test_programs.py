"""The founding grid needs one program for each depth and width."""

import pytest

from bnact.distributed import arrangement_of
from bnact.studies.plan import plan
from experiments.claims.asked import Asked, settings_asked
from experiments.founding_claims.__main__ import asked_scales, named_claims


def on_two_cores(program, lanes):
    return arrangement_of(lanes, 2, "cpu", program.width, images=False)


@pytest.mark.parametrize(("quick", "whole"), [(True, False), (False, False), (False, True)])
def test_a_founding_study_compiles_one_program_for_each_size(quick, whole):
    settings = settings_asked(Asked(named_claims(None), asked_scales(quick, whole, None)))
    cells = plan(settings, set(), on_two_cores).cells
    sizes = {setting.program for setting in settings}
    assert sum(cell.compiles for cell in cells) == len(sizes)
    own = [setting for setting in settings if (setting.data, setting.architecture) == ("digits", "mlp")]
    assert len({setting.program for setting in own}) == len({(each.depth, each.width) for each in own})
