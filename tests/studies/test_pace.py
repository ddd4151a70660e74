import json

import pytest

from bnact.studies.estimate import first_estimate, refined
from bnact.studies.execute import execute
from bnact.studies.pace import Pace, read_pace, write_pace
from bnact.studies.plan import plan
from bnact.studies.rows import Rows
from bnact.studies.study import open_study
from bnact.studies.tally import first_tally, start_words
from tests.studies.fake_runs import MANIFEST, SETTINGS, Silence, fake_train

PACE = Pace(constant=0.5, work=1e-6, compilation=4.0)


def test_what_is_written_is_read(tmp_path):
    path = tmp_path / "pace.json"
    write_pace(path, "2 x cpu", PACE)
    write_pace(path, "8 x cpu", Pace(0.0, 1.0, 2.0))
    assert read_pace(path, "2 x cpu") == PACE
    assert read_pace(path, "8 x cpu") == Pace(0.0, 1.0, 2.0)
    assert read_pace(path, "1 x gpu") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"d": 3}',
        '{"d": [1, 2]}',
        '{"d": [1, 2, -3]}',
        '{"d": [1, 2, "x"]}',
        '{"d": [1, 2, NaN]}',
    ],
)
def test_what_cannot_be_read_is_no_pace(tmp_path, text):
    path = tmp_path / "pace.json"
    assert read_pace(path, "d") is None
    path.write_text(text)
    assert read_pace(path, "d") is None


def test_an_earlier_pace_foretells_until_there_is_one_of_its_own():
    cells = plan(SETTINGS, set()).cells
    estimate = first_estimate(cells, PACE)
    expected = 4 * PACE.constant + PACE.work * sum(cell.work for cell in cells) + 2 * PACE.compilation
    assert estimate.seconds == pytest.approx(expected)
    for cell in cells[:3]:
        estimate = refined(estimate, cell, 100.0)
    assert estimate.pace is not None
    assert estimate.seconds == pytest.approx(100.0)


def test_the_first_line_says_what_is_expected():
    planned = plan(SETTINGS, set())._replace(pace=Pace(30.0, 0.0, 0.0))
    assert start_words(first_tally(planned, Rows())).endswith("; time: about 2 min 00 s, as studies before")


def test_a_study_leaves_its_pace_behind(tmp_path):
    path = tmp_path / "pace.json"
    with open_study(tmp_path / "study", MANIFEST) as study:
        execute(SETTINGS, study, fake_train, Silence(), path)
    assert [*json.loads(path.read_text())] == ["8 x cpu"]
    assert read_pace(path, "8 x cpu") is not None
