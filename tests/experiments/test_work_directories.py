"""What the commands leave in a work directory, and what they make of one that is there."""

import contextlib
import io
import json
import re
import shutil

import pytest

from tests.experiments.calls import called, plausibly_trained, refuse_to_train, refused

SWEEP = (
    "--activation=relu,sigmoid",
    "--norm=none,batch",
    "--depth=2,4",
    "--seeds=2",
    "--learning_rate=0.01,0.1",
)
CLAIM = ("--claims=sigmoid_confined", "--quick")


def finished(workdir, name, arguments):
    """What the command shows that does a whole study."""
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()) as shown:
        plausibly_trained(patch)
        assert called(name, f"--workdir={workdir}", *arguments) == 0
    return shown.getvalue()


@pytest.fixture(scope="module")
def sweep_done(tmp_path_factory):
    workdir = tmp_path_factory.mktemp("sweep")
    return workdir, finished(workdir, "sweep", SWEEP)


@pytest.fixture(scope="module")
def claim_done(tmp_path_factory):
    workdir = tmp_path_factory.mktemp("claim")
    finished(workdir, "founding_claims", CLAIM)
    return workdir


@pytest.fixture
def swept(sweep_done, tmp_path, monkeypatch):
    """A copy of a sweep's directory, in which nothing more may be trained."""
    refuse_to_train(monkeypatch)
    return shutil.copytree(sweep_done[0], tmp_path / "work")


@pytest.fixture
def claimed(claim_done, tmp_path, monkeypatch):
    """A copy of the directory of one claim, in which nothing more may be trained."""
    refuse_to_train(monkeypatch)
    return shutil.copytree(claim_done, tmp_path / "work")


def test_a_sweep_ranks_its_grid_and_its_report_is_rebuilt_the_same(sweep_done, swept):
    _, shown = sweep_done
    assert "Every network of the grid, best first" in shown
    assert shown.index("relu, batch norm before") < shown.index("sigmoid, no norm")
    page = (swept / "report.html").read_bytes()
    (swept / "report.html").unlink()
    assert called("report", f"--workdir={swept}") == 0
    assert (swept / "report.html").read_bytes() == page
    assert b".venv/bin/python -m experiments.sweep --workdir=DIR" in page
    assert b"--activation=relu,sigmoid --norm=none,batch --order=before --depth=2,4" in page


def test_a_second_call_trains_nothing(swept):
    assert called("sweep", f"--workdir={swept}", *SWEEP) == 0


@pytest.mark.parametrize(
    "arguments", [("sweep", *SWEEP), ("founding_claims", "--claims=sigmoid_confined", "--quick")]
)
def test_identities_are_checked_where_that_is_asked_for(monkeypatch, capsys, tmp_path, arguments):
    for flags, asked in (((), False), (("--check",), True)):
        checked = plausibly_trained(monkeypatch)
        assert called(*arguments, f"--workdir={tmp_path / str(asked)}", *flags) == 0
        assert checked
        assert set(checked) == {asked}
        assert ("satisfied their identities\n" in capsys.readouterr().err) == asked
    assert called(*arguments, f"--workdir={tmp_path / 'False'}", "--check") == 0
    assert "--check: in 0 runs" in (said := capsys.readouterr().err)
    assert "stored before and not checked" in said


def test_a_directory_with_another_study_is_refused(capsys, swept):
    assert "must hold one study" in refused(capsys, "founding_claims", f"--workdir={swept}")


def test_a_sweep_on_other_data_is_another_study(capsys, swept):
    said = refused(capsys, "sweep", f"--workdir={swept}", *SWEEP, "--data=spirals")
    assert "study='sweep on digits'" in said
    assert "now study='sweep on spirals'" in said


def test_failed_runs_give_code_1_and_leave_their_claim_undecided(monkeypatch, capsys, tmp_path):
    plausibly_trained(monkeypatch, fails="tanh")
    claims = "--claims=tanh_with_norm,sigmoid_confined"
    assert called("founding_claims", f"--workdir={tmp_path}", claims, "--quick") == 1
    out, err = capsys.readouterr()
    assert "a cell that breaks" in err
    assert "Not decided: " in out
    verdicts = json.loads((tmp_path / "verdicts.json").read_text())
    assert [(each["id"], each["verdict"]) for each in verdicts] == [
        ("tanh_with_norm", "undecided"),
        ("sigmoid_confined", "refuted"),
    ]
    assert "tanh_with_norm" in (tmp_path / "report.html").read_text()


def test_the_founding_report_is_rebuilt_byte_for_byte_from_results_alone(claim_done, claimed):
    files = [claimed / "verdicts.json", claimed / "report.html"]
    before = [path.read_bytes() for path in files]
    for path in files:
        path.unlink()
    assert called("report", f"--workdir={claimed}") == 0
    assert [path.read_bytes() for path in files] == before
    assert str(claim_done).encode() not in before[1]


def verdicts_in(workdir):
    return {each["id"]: each for each in json.loads((workdir / "verdicts.json").read_text())}


def test_the_command_of_one_claim_keeps_the_verdicts_of_the_others(monkeypatch, claimed):
    first = verdicts_in(claimed)
    assert list(first) == ["sigmoid_confined"]
    plausibly_trained(monkeypatch)
    called("founding_claims", f"--workdir={claimed}", "--claims=tanh_with_norm", "--quick")
    both = verdicts_in(claimed)
    assert list(both) == ["tanh_with_norm", "sigmoid_confined"]
    assert both["sigmoid_confined"] == first["sigmoid_confined"]
    page = (claimed / "report.html").read_bytes()
    called("founding_claims", f"--workdir={claimed}", *CLAIM)
    assert verdicts_in(claimed) == both
    assert (claimed / "report.html").read_bytes() == page


@pytest.mark.slow
def test_another_scale_is_reported_by_itself(monkeypatch, claimed):
    plausibly_trained(monkeypatch)
    called("founding_claims", f"--workdir={claimed}", "--claims=tanh_with_norm", "--quick", "--seeds=2")
    assert [(name, each["n"]) for name, each in verdicts_in(claimed).items()] == [("tanh_with_norm", 2)]
    called("founding_claims", f"--workdir={claimed}", "--claims=tanh_with_norm", "--quick")
    assert [(name, each["n"]) for name, each in verdicts_in(claimed).items()] == [
        ("tanh_with_norm", 3),
        ("sigmoid_confined", 3),
    ]


def interrupted(monkeypatch, tmp_path, cells):
    """Leaves the study of two claims after a number of cells, as a signal would."""
    plausibly_trained(monkeypatch, cells=cells)
    claims = "--claims=tanh_with_norm,sigmoid_confined"
    with pytest.raises(BaseException):  # noqa: B017, PT011
        called("founding_claims", f"--workdir={tmp_path}", claims, "--quick")
    refuse_to_train(monkeypatch)
    assert not (tmp_path / "verdicts.json").exists()


@pytest.mark.parametrize("cells", [1, 4])
def test_the_report_of_an_unfinished_study_decides_no_claim_that_lacks_runs(
    monkeypatch, capsys, tmp_path, cells
):
    interrupted(monkeypatch, tmp_path, cells)
    assert called("report", f"--workdir={tmp_path}") == 0
    found = verdicts_in(tmp_path)
    assert list(found) == ["tanh_with_norm", "sigmoid_confined"]
    assert found["tanh_with_norm"]["verdict"] == "undecided"
    assert re.fullmatch(
        r"Not decided: \d+ of the \d+ runs it needs are missing.", found["tanh_with_norm"]["sentence"]
    )
    assert "Some runs failed or were not made" in capsys.readouterr().out


def test_without_what_was_asked_for_the_runs_are_a_grid(capsys, claimed):
    (claimed / "results" / "asked.json").unlink()
    assert called("report", f"--workdir={claimed}") == 0
    assert "the runs are reported as a grid" in capsys.readouterr().out
    assert "The ranking" in (claimed / "report.html").read_text()


@pytest.mark.parametrize("text", ["", "{", "[3]", '[{"claims": ["unknown"]}]', '{"claims": []}'])
def test_a_damaged_record_of_what_was_asked_for_is_named(capsys, claimed, text):
    path = claimed / "results" / "asked.json"
    path.write_text(text)
    message = f"{path} must say which claims were asked for"
    assert message in refused(capsys, "report", f"--workdir={claimed}")


def test_claims_that_need_no_run_are_decided_without_one_and_rebuilt(monkeypatch, capsys, tmp_path):
    refuse_to_train(monkeypatch)
    assert called("founding_claims", f"--workdir={tmp_path}", "--claims=one_step,shared_edges") == 0
    out, err = capsys.readouterr()
    assert "nothing to train" in err
    assert out.count("SUPPORTED: ") == 2
    files = [tmp_path / "verdicts.json", tmp_path / "report.html"]
    before = [path.read_bytes() for path in files]
    for path in files:
        path.unlink()
    assert called("report", f"--workdir={tmp_path}") == 0
    assert [path.read_bytes() for path in files] == before


def test_claims_with_and_without_runs_stand_in_one_report(claimed):
    first = verdicts_in(claimed)
    assert called("founding_claims", f"--workdir={claimed}", "--claims=one_step", "--quick") == 0
    both = verdicts_in(claimed)
    assert list(both) == ["sigmoid_confined", "one_step"]
    assert both["sigmoid_confined"] == first["sigmoid_confined"]
    assert both["one_step"]["n"] == 101


def test_a_directory_of_a_claim_that_lacks_all_runs_has_nothing_to_report(monkeypatch, capsys, tmp_path):
    interrupted(monkeypatch, tmp_path, 0)
    capsys.readouterr()
    assert "must be at least one finished run" in refused(capsys, "report", f"--workdir={tmp_path}")
