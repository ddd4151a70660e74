import json

import pytest

from bnact.studies.errors import StudyError
from bnact.studies.estimate import first_estimate, refined
from bnact.studies.execute import execute
from bnact.studies.lock import locked
from bnact.studies.pace import LARGEST, Pace, PaceFile, pace_key, read_pace, write_pace
from bnact.studies.plan import plan
from bnact.studies.rows import Rows
from bnact.studies.study import open_study
from bnact.studies.tally import duration_words, first_tally, start_words
from bnact.training import Population
from bnact.training.setting import Setting
from tests.studies.fake_runs import MANIFEST, SETTINGS, Silence, fake_train

PACE = Pace(constant=0.5, work=1e-6, compilation=4.0)


@pytest.fixture
def kept(tmp_path):
    """A function that gives an entry of one file."""
    return lambda key: PaceFile(tmp_path / "pace.json", key)


@pytest.mark.parametrize("pace", [PACE, PACE._replace(only=3e7), Pace(0.0, 0.0, 0.0, 1e300)])
def test_what_is_written_is_read(kept, pace):
    write_pace(kept("2 x cpu"), pace)
    write_pace(kept("8 x cpu"), Pace(0.0, 1.0, 2.0))
    assert read_pace(kept("2 x cpu")) == pace
    assert read_pace(kept("8 x cpu")) == Pace(0.0, 1.0, 2.0)
    assert read_pace(kept("1 x gpu")) is None
    assert [path.name for path in kept("").path.parent.iterdir()] == ["pace.json"], "something is left behind"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "[" * 100_000,
        "\\xff",
        '{"d": 3}',
        '{"d": [1, 2, 3]}',
        '{"d": [1, 2, -3, null]}',
        '{"d": [1, 2, "x", null]}',
        '{"d": [1, 2, true, null]}',
        '{"d": [1, 2, NaN, null]}',
        '{"d": [1, 2, Infinity, null]}',
        '{"d": [1, 2, 1e308, null]}',
        '{"d": [1%s, 1, 1, null]}' % ("0" * 400),
        '{"d": [1%s, 1, 1, null]}' % ("0" * 9000),
        '{"d": [1, 1, 1, 0]}',
        '{"d": [1, 1, 1, -1]}',
        '{"d": [1, 1, 1, 1e999]}',
        '{"d": [1, 1, 1, NaN]}',
        '{"d": [1, 1, 1, 1%s]}' % ("0" * 400),
    ],
)
def test_what_cannot_be_read_or_believed_is_no_pace(kept, text):
    assert read_pace(kept("d")) is None
    kept("d").path.write_bytes(text.encode().replace(b"\\xff", b"\xff"))
    assert read_pace(kept("d")) is None
    write_pace(kept("d"), PACE)
    assert read_pace(kept("d")) == PACE


def test_the_largest_pace_can_be_said(kept):
    write_pace(kept("d"), Pace(LARGEST, LARGEST, LARGEST))
    pace = read_pace(kept("d"))
    assert pace is not None
    cells = plan([Setting(depth=10**4, width=10**5, steps=10**9)], set()).cells
    seconds = first_estimate(cells, pace).seconds
    assert seconds is not None
    assert duration_words(seconds).endswith("min")


def test_one_process_at_a_time_writes(kept):
    with locked(kept("d").path.with_name("pace.lock")), pytest.raises(StudyError, match="one process at a"):
        write_pace(kept("d"), PACE)
    write_pace(kept("d"), PACE)


def test_a_link_that_was_planted_is_not_followed(kept, tmp_path):
    (tmp_path / "precious").write_text("mine")
    for name in ("pace.json", "pace.json.part"):
        (tmp_path / name).symlink_to(tmp_path / "precious")
    write_pace(kept("d"), PACE)
    assert (tmp_path / "precious").read_text() == "mine"
    assert read_pace(kept("d")) == PACE


def test_a_pace_is_of_devices_architectures_and_checking():
    settings = [Setting(architecture=name) for name in ("resnet", "mlp", "mlp")]
    assert pace_key(MANIFEST, settings, check=False) == "8 x cpu, mlp + resnet"
    assert pace_key(MANIFEST, settings[1:], check=True) == "8 x cpu, mlp, checked"


def test_an_earlier_pace_foretells_until_there_is_one_of_its_own():
    cells = plan(SETTINGS, set()).cells
    estimate = first_estimate(cells, PACE)
    expected = 4 * PACE.constant + PACE.work * sum(cell.work for cell in cells) + 2 * PACE.compilation
    assert estimate.seconds == pytest.approx(expected)
    for cell in cells[:3]:
        estimate = refined(estimate, cell, 100.0, cell.compiles)
    assert estimate.pace is not None
    assert estimate.seconds == pytest.approx(100.0)


def test_the_first_line_says_what_is_expected():
    planned = plan(SETTINGS, set())._replace(pace=Pace(30.0, 0.0, 0.0))
    assert start_words(first_tally(planned, Rows())).endswith("; time: about 2 min 00 s, as studies before")


def test_a_study_leaves_its_pace_behind(tmp_path, kept):
    def train(settings, arrangement):
        return Population(fake_train(settings), arrangement, compiled=True)

    with open_study(tmp_path / "study", MANIFEST) as study:
        execute(SETTINGS, study, train, Silence(), kept("8 x cpu, mlp"))
    assert [*json.loads(kept("").path.read_text())] == ["8 x cpu, mlp"]
    assert read_pace(kept("8 x cpu, mlp")) is not None
