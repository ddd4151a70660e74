"""A layout that memory made smaller is one for the study, kept and said."""

import dataclasses
import re

import pytest

from bnact.distributed import Arrangement
from bnact.studies.errors import StudyError
from bnact.studies.execute import execute
from bnact.studies.settled_layouts import read_layouts, settle, settled
from bnact.studies.study import open_study
from bnact.training import Population, arrangement_for
from tests.studies.fake_runs import MANIFEST, SETTINGS, Silence, fake_train

PROGRAM, OTHER = SETTINGS[0].program, SETTINGS[-1].program
WHOLE, HALF = Arrangement(2, 4, "vmap"), Arrangement(1, 2, "vmap")


def test_a_layout_is_no_larger_than_was_settled(tmp_path):
    assert settled(WHOLE, PROGRAM, {}) == WHOLE
    assert settled(WHOLE, PROGRAM, {PROGRAM: HALF}) == HALF
    assert settled(Arrangement(1, 1, "vmap"), PROGRAM, {PROGRAM: HALF}) == Arrangement(1, 1, "vmap")
    assert settled(WHOLE, OTHER, {PROGRAM: HALF}) == WHOLE


def test_what_is_settled_is_said_and_read_back(tmp_path):
    path = tmp_path / "layouts.json"
    assert read_layouts(path) == {}
    words = (
        "memory did not suffice for 2 devices, each 4 networks at a time (vmap), of width 8 and depth 1; "
        "from here on this study trains them as 1 device, 2 networks at a time (vmap); last bits may differ"
    )
    with pytest.warns(UserWarning, match=re.escape(words)):
        layouts = settle(path, {}, PROGRAM, WHOLE, HALF)
    with pytest.warns(UserWarning, match=r"4 networks at a time \(vmap\)$"):  # fewer devices change no bit
        layouts = settle(path, layouts, OTHER, WHOLE, WHOLE._replace(devices=1))
    assert read_layouts(path) == layouts == {PROGRAM: HALF, OTHER: Arrangement(1, 4, "vmap")}


@pytest.mark.parametrize(
    "content", [b"", b"{", b"7", b"[7]", b"\xff", b'[{"program": {}, "layout": {}}]', b"[" * 100_000]
)
def test_damage_is_refused(tmp_path, content):
    (tmp_path / "layouts.json").write_bytes(content)
    with pytest.raises(StudyError, match="must be known to go on; .*layouts.json is damaged; restore it"):
        read_layouts(tmp_path / "layouts.json")


def test_all_later_cells_of_a_program_are_trained_in_the_layout_that_fitted(tmp_path):
    tried = []

    def train(settings, arrangement):
        tried.append((settings[0].depth, arrangement))
        fitting = arrangement._replace(devices=1) if settings[0].depth == 4 else arrangement
        return Population(fake_train(settings), fitting, compiled=False)

    planned = arrangement_for(SETTINGS[0].program, 4)
    settings = [dataclasses.replace(each, width=64) for each in SETTINGS]
    planned = arrangement_for(settings[0].program, 4)
    assert planned.devices > 1
    alone = planned._replace(devices=1)
    with open_study(tmp_path, MANIFEST) as study:
        with pytest.warns(UserWarning, match="memory did not suffice") as warned:
            execute(settings, study, train, Silence())
        assert len(warned) == 1
    assert tried == [(1, planned), (1, planned), (4, planned), (4, alone)]
    # Resumed, with more to do: the plan says at once what was settled.
    more = [dataclasses.replace(each, activation="gelu") for each in settings]
    silence = Silence()
    with open_study(tmp_path, MANIFEST) as study:
        execute(more, study, train, silence)
    assert [cell.arrangement for cell in silence.plan.cells] == [planned, alone]
    assert tried[4:] == [(1, planned), (4, alone)]
