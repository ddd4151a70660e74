import errno
import json
import os
import re

import numpy as np
import pytest

from experiments import report, sweep
from experiments.command import exit_code
from experiments.founding_claims import __main__ as founding_claims

COMMANDS = {"founding_claims": founding_claims.COMMAND, "sweep": sweep.COMMAND, "report": report.COMMAND}


def called(name, *arguments):
    return exit_code(COMMANDS[name], [name, *arguments])


@pytest.fixture(autouse=True)
def no_training(monkeypatch):
    """Bad input must cost nothing: whoever trains in these tests fails them."""
    import bnact.training

    def refuse(*_):
        raise AssertionError("something was trained")

    monkeypatch.setattr(bnact.training, "train_population", refuse)


def refused(capsys, *arguments):
    assert called(*arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith("error: ")
    return err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ("founding_claims", "--claims=sigmoid_wth_norm"),
            "got 'sigmoid_wth_norm'; nearest: sigmoid_with_norm",
        ),
        (("founding_claims", "--seeds=0"), "seeds must be a whole number of at least 1"),
        (("founding_claims", "--seeds=many"), "--seeds=many"),
        (("founding_claims", "--quik"), "Unknown command line flag 'quik'"),
        (("founding_claims", "quick"), "all must be flags, --name=value; got 'quick'"),
        (("sweep", "--activation=rellu"), "nearest: relu"),
        (("sweep", "--norm=bach"), "batch"),
        (("sweep", "--order=between"), "order must be one of"),
        (("sweep", "--depth=0"), "depth must be at least 1; got depth=0"),
        (("sweep", "--depth=2,two"), "must be whole numbers separated by commas; got 'two'"),
        (("sweep", "--width=-4"), "width must be at least 1"),
        (("sweep", "--learning_rate=0"), "learning_rate must be a finite number above 0"),
        (("sweep", "--learning_rate=fast"), "must be numbers separated by commas; got 'fast'"),
        (("sweep", "--learning_rate=nan"), "learning_rate must be a finite number above 0"),
        (("sweep", "--depth=4,4"), "got 4 more than once"),
        (("sweep", "--batch_size=5000"), "batch_size must be at most the number of training examples"),
        (("sweep", "--batch_size=1"), "batch norm needs batch_size of at least 2"),
        (("sweep", "--steps=0"), "steps must be at least 1"),
        (("sweep", "--data=digit"), "use 'digits'"),
        (("sweep", "--data=npz:nowhere.npz"), "no such file"),
        (("report",), "results/study.json; run a study with this --workdir first"),
    ],
)
def test_bad_input_is_answered_on_one_line_and_costs_nothing(arguments, words, capsys, tmp_path):
    workdir = tmp_path / "work"
    assert words in refused(capsys, *arguments, f"--workdir={workdir}")
    assert not workdir.exists()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_work_directory_must_be_named(name, capsys):
    assert "use --workdir=DIR" in refused(capsys, name)


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"inputs": np.zeros((20, 3))}, "labels missing"),
        ({"inputs": np.full((20, 3), np.nan), "labels": np.arange(20) % 2}, "inputs must be finite"),
        ({"inputs": np.eye(20), "labels": np.arange(20) % 2 * 5}, "labels must be 0, 1"),
        ({"inputs": np.eye(20), "labels": np.arange(20) % 2 - 1}, "labels must be at least 0"),
    ],
)
def test_arrays_of_a_user_are_checked_first(arrays, words, capsys, tmp_path):
    np.savez(tmp_path / "mine.npz", **arrays)
    assert words in refused(
        capsys, "sweep", f"--workdir={tmp_path / 'work'}", f"--data=npz:{tmp_path / 'mine.npz'}"
    )
    assert not (tmp_path / "work").exists()


def test_a_read_only_directory_is_named(capsys, monkeypatch, tmp_path):
    # Not by its permissions: root may write anywhere.
    def read_only(*_, **__):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(os, "mkdir", read_only)
    message = refused(capsys, "founding_claims", f"--workdir={tmp_path / 'work'}")
    assert str(tmp_path / "work") in message
    assert "Read-only file system" in message


def test_a_file_in_the_place_of_the_directory_is_named(capsys, tmp_path):
    (tmp_path / "work").write_text("mine")
    assert str(tmp_path / "work") in refused(capsys, "founding_claims", f"--workdir={tmp_path / 'work'}")
    assert (tmp_path / "work").read_text() == "mine"


@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_every_flag_and_the_exit_codes(name, capsys):
    assert called(name, "--help") == 0
    shown = capsys.readouterr().out
    assert "Exit codes: 0 done" in " ".join(shown.split())
    assert all(f"--{flag}" in shown or f"--[no]{flag}" in shown for flag in COMMANDS[name].flags)


def test_help_names_every_claim(capsys):
    called("founding_claims", "--help")
    shown = " ".join(capsys.readouterr().out.split())
    assert all(name in shown for name in founding_claims.CLAIMS)


def test_claims_are_taken_once_in_the_order_named():
    found = founding_claims.named_claims(["tanh_with_norm", "sigmoid_confined", "tanh_with_norm"])
    assert [claim.id for claim in found] == ["tanh_with_norm", "sigmoid_confined"]
    assert len(founding_claims.named_claims(None)) == len(founding_claims.CLAIMS)


def plausibly_trained(monkeypatch, fail=False):
    import bnact.training
    from tests.studies.plausible_rows import plausible_row

    def train(settings, dataset):
        if fail and settings[0].activation == "tanh":
            raise FloatingPointError("a cell that breaks")
        return [plausible_row(setting).log for setting in settings]

    monkeypatch.setattr(bnact.training, "train_population", train)


SWEEP = (
    "--activation=relu,sigmoid",
    "--norm=none,batch",
    "--depth=2,4",
    "--seeds=2",
    "--learning_rate=0.01,0.1",
)


def test_a_sweep_ranks_its_grid_and_its_report_is_rebuilt_the_same(monkeypatch, capsys, tmp_path):
    plausibly_trained(monkeypatch)
    assert called("sweep", f"--workdir={tmp_path}", *SWEEP) == 0
    shown = capsys.readouterr().out
    assert "Every network of the grid, best first" in shown
    assert shown.index("relu, batch norm before") < shown.index("sigmoid, no norm")
    page = (tmp_path / "report.html").read_bytes()
    (tmp_path / "report.html").unlink()
    monkeypatch.undo()
    assert called("report", f"--workdir={tmp_path}") == 0
    assert (tmp_path / "report.html").read_bytes() == page
    assert b".venv/bin/python -m experiments.sweep --workdir=DIR" in page
    assert b"--activation=relu,sigmoid --norm=none,batch --order=before --depth=2,4" in page


def test_a_second_call_trains_nothing(monkeypatch, capsys, tmp_path):
    plausibly_trained(monkeypatch)
    called("sweep", f"--workdir={tmp_path}", *SWEEP)
    monkeypatch.undo()
    assert called("sweep", f"--workdir={tmp_path}", *SWEEP) == 0


def test_a_directory_with_another_study_is_refused(monkeypatch, capsys, tmp_path):
    plausibly_trained(monkeypatch)
    called("sweep", f"--workdir={tmp_path}", *SWEEP)
    capsys.readouterr()
    assert "must hold one study" in refused(capsys, "founding_claims", f"--workdir={tmp_path}")


def test_failed_runs_give_code_1_and_leave_their_claim_undecided(monkeypatch, capsys, tmp_path):
    plausibly_trained(monkeypatch, fail=True)
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


def test_the_founding_report_is_rebuilt_byte_for_byte_from_results_alone(monkeypatch, capsys, tmp_path):
    plausibly_trained(monkeypatch)
    called("founding_claims", f"--workdir={tmp_path}", "--claims=sigmoid_confined", "--quick")
    files = [tmp_path / "verdicts.json", tmp_path / "report.html"]
    before = [path.read_bytes() for path in files]
    for path in files:
        path.unlink()
    monkeypatch.undo()
    assert called("report", f"--workdir={tmp_path}") == 0
    assert [path.read_bytes() for path in files] == before
    assert str(tmp_path).encode() not in before[1]


def verdicts_in(workdir):
    return {each["id"]: each for each in json.loads((workdir / "verdicts.json").read_text())}


def test_the_command_of_one_claim_keeps_the_verdicts_of_the_others(monkeypatch, tmp_path):
    plausibly_trained(monkeypatch)
    called("founding_claims", f"--workdir={tmp_path}", "--claims=tanh_with_norm", "--quick")
    first = verdicts_in(tmp_path)
    called("founding_claims", f"--workdir={tmp_path}", "--claims=sigmoid_confined", "--quick")
    both = verdicts_in(tmp_path)
    assert list(both) == ["tanh_with_norm", "sigmoid_confined"]
    assert both["tanh_with_norm"] == first["tanh_with_norm"]
    page = (tmp_path / "report.html").read_bytes()
    called("founding_claims", f"--workdir={tmp_path}", "--claims=tanh_with_norm", "--quick")
    assert verdicts_in(tmp_path) == both
    assert (tmp_path / "report.html").read_bytes() == page


def test_another_scale_is_reported_by_itself(monkeypatch, tmp_path):
    plausibly_trained(monkeypatch)
    called("founding_claims", f"--workdir={tmp_path}", "--claims=tanh_with_norm", "--quick")
    called("founding_claims", f"--workdir={tmp_path}", "--claims=sigmoid_confined", "--quick", "--seeds=2")
    assert [(name, each["n"]) for name, each in verdicts_in(tmp_path).items()] == [("sigmoid_confined", 2)]
    called("founding_claims", f"--workdir={tmp_path}", "--claims=sigmoid_confined", "--quick")
    assert [(name, each["n"]) for name, each in verdicts_in(tmp_path).items()] == [
        ("tanh_with_norm", 3),
        ("sigmoid_confined", 3),
    ]


def interrupted(monkeypatch, tmp_path, cells):
    """Leaves the study of two claims after a number of cells, as a signal would."""
    import bnact.training
    from tests.studies.plausible_rows import plausible_row

    calls = []

    def train(settings, dataset):
        calls.append(settings)
        if len(calls) > cells:
            raise KeyboardInterrupt
        return [plausible_row(setting).log for setting in settings]

    monkeypatch.setattr(bnact.training, "train_population", train)
    with pytest.raises(BaseException):  # noqa: B017, PT011
        called(
            "founding_claims",
            f"--workdir={tmp_path}",
            "--claims=tanh_with_norm,sigmoid_confined",
            "--quick",
        )
    monkeypatch.undo()
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


def test_without_what_was_asked_for_the_runs_are_a_grid(monkeypatch, capsys, tmp_path):
    plausibly_trained(monkeypatch)
    called("founding_claims", f"--workdir={tmp_path}", "--claims=sigmoid_confined", "--quick")
    (tmp_path / "results" / "asked.json").unlink()
    assert called("report", f"--workdir={tmp_path}") == 0
    assert "the runs are reported as a grid" in capsys.readouterr().out
    assert "The ranking" in (tmp_path / "report.html").read_text()


@pytest.mark.parametrize("text", ["", "{", "[3]", '[{"claims": ["unknown"]}]', '{"claims": []}'])
def test_a_damaged_record_of_what_was_asked_for_is_named(monkeypatch, capsys, tmp_path, text):
    plausibly_trained(monkeypatch)
    called("founding_claims", f"--workdir={tmp_path}", "--claims=sigmoid_confined", "--quick")
    path = tmp_path / "results" / "asked.json"
    path.write_text(text)
    capsys.readouterr()
    assert f"{path} must say which claims were asked for" in refused(
        capsys, "report", f"--workdir={tmp_path}"
    )
