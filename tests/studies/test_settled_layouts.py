"""A layout that memory made smaller is one for the study, kept and said."""

import dataclasses
import importlib
import json
import re

import pytest

from bnact.distributed import Arrangement
from bnact.studies.errors import StudyError
from bnact.studies.settled_layouts import Most, read_layouts, settle, settled
from bnact.studies.study import open_study
from bnact.training import Population
from tests.studies.fake_runs import MANIFEST, SETTINGS, Silence, fake_train

EXECUTE = importlib.import_module("bnact.studies.execute")
PROGRAM, OTHER = SETTINGS[0].program, SETTINGS[-1].program
WHOLE, HALF = Arrangement(2, 4, "vmap"), Arrangement(1, 2, "vmap")


def test_a_layout_is_no_larger_than_was_settled(tmp_path):
    assert settled(WHOLE, PROGRAM, {}) == WHOLE
    layouts = {PROGRAM: Most(at_once=2, devices=1)}
    assert settled(WHOLE, PROGRAM, layouts) == HALF
    assert settled(Arrangement(1, 1, "vmap"), PROGRAM, layouts) == Arrangement(1, 1, "vmap")
    assert settled(WHOLE, OTHER, layouts) == WHOLE
    assert settled(WHOLE, PROGRAM, {PROGRAM: Most(at_once=2)}) == Arrangement(2, 2, "vmap")
    assert settled(WHOLE, PROGRAM, {PROGRAM: Most(devices=1)}) == Arrangement(1, 4, "vmap")


def test_what_is_settled_is_said_and_read_back(tmp_path):
    path = tmp_path / "layouts.json"
    assert read_layouts(path) == {}
    words = (
        "memory did not suffice for 2 devices, each 4 networks at a time (vmap), of width 8 and depth 1; "
        "from here on this study trains them as 1 device, 2 networks at a time (vmap); last bits may differ "
        "from those of cells done before; layouts.json keeps it: without it the study would try its planned "
        "layouts again, and runs done with and without it may differ in last bits"
    )
    with pytest.warns(UserWarning, match=f"^{re.escape(words)}$"):
        layouts = settle(path, {}, PROGRAM, WHOLE, HALF)
    assert layouts == {PROGRAM: Most(at_once=2, devices=1)}
    assert read_layouts(path) == {PROGRAM: Most(at_once=2)}, "how many devices there are changes no bit"


def test_fewer_devices_are_for_the_process_alone(tmp_path):
    path, alone = tmp_path / "layouts.json", WHOLE._replace(devices=1)
    words = r"from here on this process trains them as 1 device, 4 networks at a time \(vmap\)$"
    with pytest.warns(UserWarning, match=words):
        layouts = settle(path, {}, PROGRAM, WHOLE, alone)
    assert layouts == {PROGRAM: Most(devices=1)}
    assert not path.exists()
    with pytest.warns(UserWarning, match="this study"):
        layouts = settle(path, layouts, PROGRAM, alone, HALF)
    with pytest.warns(UserWarning, match="this study"):
        layouts = settle(path, layouts, OTHER, WHOLE, Arrangement(2, 1, "vmap"))
    assert layouts == {PROGRAM: Most(at_once=2, devices=1), OTHER: Most(at_once=1)}
    assert read_layouts(path) == {PROGRAM: Most(at_once=2), OTHER: Most(at_once=1)}


def entry(at_once="2", **changed):
    """The content of a file with one entry, at_once as JSON."""
    program = json.dumps({**PROGRAM._asdict(), **changed})
    return f'[{{"program": {program}, "at_once": {at_once}}}]'.encode()


def test_a_file_of_right_types_is_read(tmp_path):
    (tmp_path / "layouts.json").write_bytes(entry())
    assert read_layouts(tmp_path / "layouts.json") == {PROGRAM: Most(at_once=2)}


@pytest.mark.parametrize(
    "content",
    [
        *(
            b"",
            b"{",
            b"7",
            b"[7]",
            b"[[]]",
            b'"ab"',
            b"\xff",
            b"[" * 100_000,
            b'[{"program": {}, "at_once": 2}]',
        ),
        *(b'[{"program": 7, "at_once": 2}]', b'[{"program": [], "at_once": 2}]', b'[{"at_once": 2}]'),
        *(entry(at_once) for at_once in ("0", "-1", "2.0", "true", '"2"', "null", "NaN", "[2]")),
        *(entry(width=width) for width in (8.0, True, "8", None, [8], {})),
        *(entry(data=name) for name in (7, None, ["digits"])),
        entry(more=1),
    ],
)
def test_damage_is_refused(tmp_path, content):
    (tmp_path / "layouts.json").write_bytes(content)
    with pytest.raises(
        StudyError, match="must be known to go on; .*layouts.json is damaged; restore it.*; without it"
    ):
        read_layouts(tmp_path / "layouts.json")


WIDE = [dataclasses.replace(each, width=64) for each in SETTINGS]
MORE = [dataclasses.replace(each, activation="gelu") for each in WIDE]
PLANNED = Arrangement(2, 4, "vmap")


@pytest.fixture
def study_of(monkeypatch, tmp_path):
    """A function that executes settings in one study, where all are planned alike."""
    monkeypatch.setattr(EXECUTE, "arrangement_for", lambda program, lanes: PLANNED)

    def run(settings, train):
        with open_study(tmp_path, MANIFEST) as study:
            return EXECUTE.execute(settings, study, train, Silence())

    return run


def fitting(tried, **smaller):
    """Trains networks of depth 4 in a layout that is no larger."""

    def train(settings, arrangement):
        tried.append((settings[0].depth, arrangement))
        used = arrangement._replace(**smaller) if settings[0].depth == 4 else arrangement
        return Population(fake_train(settings), used, compiled=False)

    return train


@pytest.mark.parametrize(
    ("smaller", "resumed"),
    [({"devices": 1}, PLANNED), ({"devices": 1, "at_once": 2}, PLANNED._replace(at_once=2))],
)
def test_all_later_cells_of_a_program_are_trained_in_the_layout_that_fitted(study_of, smaller, resumed):
    tried, less = [], PLANNED._replace(**smaller)
    with pytest.warns(UserWarning, match="memory did not suffice") as warned:
        study_of(WIDE, fitting(tried, **smaller))
    assert len(warned) == 1
    assert tried == [(1, PLANNED), (1, PLANNED), (4, PLANNED), (4, less)]
    # Resumed with more to do, and memory that suffices: what changes bits is as it was settled.
    tried.clear()
    study_of(MORE, fitting(tried))
    assert tried == [(1, PLANNED), (4, resumed)]


def test_of_a_program_that_fits_in_no_layout_later_cells_begin_with_the_smallest(study_of):
    tried, smallest = [], Arrangement(1, 1, "vmap")

    def train(settings, arrangement):
        tried.append((settings[0].depth, arrangement))
        if settings[0].depth == 4 and len(tried) < 5:
            raise MemoryError("broken")
        return Population(fake_train(settings), arrangement, compiled=False)

    outcome = study_of(WIDE, train)
    assert tried == [(1, PLANNED), (1, PLANNED), (4, PLANNED), (4, smallest)]
    assert {failed.setting.depth for failed in outcome.failures} == {4}
    assert len(outcome.failures) == len(outcome.rows) == 8
    # Another process knows nothing of it.
    assert len(study_of(WIDE, train).rows) == 16
    assert tried[4:] == [(4, PLANNED), (4, PLANNED)]


def test_what_fits_at_last_in_the_smallest_layout_is_settled(study_of, tmp_path):
    errors = [MemoryError("broken")]

    def train(settings, arrangement):
        if settings[0].depth == 4 and errors:
            raise errors.pop()
        return Population(fake_train(settings), arrangement, compiled=False)

    with pytest.warns(UserWarning, match="this study trains them as 1 device, 1 network at a time"):
        assert len(study_of(WIDE, train).failures) == 4
    assert read_layouts(tmp_path / "results" / "layouts.json") == {WIDE[-1].program: Most(at_once=1)}
