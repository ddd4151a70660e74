import errno
import html
import os
import re
from pathlib import Path

import numpy as np
import pytest

import experiments
from bnact.activations import ACTIVATIONS
from bnact.fused import NORMS
from bnact.studies.checks import ORDERS
from experiments.founding_claims import __main__ as founding_claims
from tests.experiments.calls import COMMANDS, called, plausibly_trained, refuse_to_train, refused


@pytest.fixture(autouse=True)
def no_training(monkeypatch):
    """Bad input must cost nothing."""
    refuse_to_train(monkeypatch)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ("founding_claims", "--claims=sigmoid_wth_norm"),
            "got 'sigmoid_wth_norm'; nearest: sigmoid_with_norm",
        ),
        (
            ("founding_claims", "--claims=foo"),
            f"got 'foo'; use one of {', '.join(founding_claims.CLAIMS)}\n",
        ),
        (("founding_claims", "--seeds=0"), "seeds must be a whole number of at least 1"),
        (("founding_claims", "--claims=one_step", "--seeds=0"), "whole number of at least 1; got 0"),
        (("founding_claims", "--seeds=many"), "--seeds=many"),
        (("founding_claims", "--quik"), "Unknown command line flag 'quik'"),
        (("founding_claims", "quick"), "all must be flags, --name=value; got 'quick'"),
        (("sweep", "--activation=rellu"), "nearest: relu"),
        (("sweep", "--activation=softplus(gamma=1)"), "a parameter must be one of beta; got 'gamma'"),
        (("sweep", "--activation="), "activations must have at least one value"),
        (("sweep", "--norm=bach"), "batch"),
        (("sweep", "--order=between"), "order must be one of"),
        (("sweep", "--depth=0"), "depth must be at least 1; got depth=0"),
        (("sweep", "--depth=2,two"), "must be whole numbers separated by commas; got 'two'"),
        (("sweep", "--width=-4"), "width must be at least 1"),
        (("sweep", "--learning_rate=0"), "learning_rate must be a finite number above 0"),
        (("sweep", "--learning_rate=fast"), "must be numbers separated by commas; got 'fast'"),
        (("sweep", "--learning_rate=nan"), "learning_rate must be a finite number above 0"),
        (("sweep", "--depth=4,4"), "got 4 more than once"),
        (
            ("sweep", "--batch_size=5000"),
            "digits: batch_size must be at least 1 and at most the number of training",
        ),
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


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("below", ["", "inner"])
def test_a_file_in_the_place_of_the_directory_is_named_and_left_alone(name, below, capsys, tmp_path):
    (tmp_path / "work").write_text("mine")
    workdir = tmp_path / "work" / below
    assert refused(capsys, name, f"--workdir={workdir}") == (
        f"error: study: cannot use the work directory; {workdir}: Not a directory; a file stands where a "
        "directory is needed: move it away, or use another --workdir\n"
    )
    assert (tmp_path / "work").read_text() == "mine"


@pytest.mark.parametrize("name", ["founding_claims", "sweep"])
def test_a_file_in_the_place_of_the_results_is_named_and_left_alone(name, capsys, tmp_path):
    (tmp_path / "results").write_text("mine")
    message = refused(capsys, name, f"--workdir={tmp_path}")
    assert f"{tmp_path / 'results'}: Not a directory; a file stands where a directory is needed" in message
    assert (tmp_path / "results").read_text() == "mine"


@pytest.mark.parametrize("name", COMMANDS)
def test_a_name_that_is_too_long_is_told_so(name, capsys, tmp_path):
    workdir = tmp_path / ("x" * 300)
    assert refused(capsys, name, f"--workdir={workdir}") == (
        f"error: study: cannot use the work directory; {workdir}: File name too long; "
        "use a --workdir with a shorter name\n"
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_every_flag_and_the_exit_codes(name, capsys):
    assert called(name, "--help") == 0
    shown = capsys.readouterr().out
    assert "Exit codes: 0 done" in " ".join(shown.split())
    assert all(f"--{flag}" in shown or f"--[no]{flag}" in shown for flag in COMMANDS[name].flags)


@pytest.mark.parametrize(
    ("flag", "values"), [("activation", ACTIVATIONS), ("norm", NORMS), ("order", ORDERS)]
)
def test_help_lists_what_a_flag_of_names_may_be(flag, values, capsys):
    called("sweep", "--help")
    shown = capsys.readouterr().out
    (words,) = re.findall(rf"--{flag}: (.*?)\(default", shown, re.DOTALL)
    assert ", ".join(values) in " ".join(words.split())
    assert max(map(len, shown.splitlines())) < 120


@pytest.mark.parametrize("name", COMMANDS)
def test_help_names_no_file_of_the_machine(name, capsys):
    called(name, "--help")
    assert str(Path(experiments.__file__).parent) not in capsys.readouterr().out


def test_an_activation_with_parameters_is_swept_and_told_by_the_name_of_its_record(
    capsys, tmp_path, monkeypatch
):
    plausibly_trained(monkeypatch)
    given = "--activation=relu,hard_tanh(high=2, low=-2)"
    assert (
        called("sweep", f"--workdir={tmp_path}", given, "--depth=1", "--seeds=2", "--learning_rate=0.1") == 0
    )
    assert "hard_tanh(low=-2.0, high=2.0)" in capsys.readouterr().out
    rows = (tmp_path / "results" / "runs.jsonl").read_text()
    assert rows.count('"hard_tanh(low=-2.0, high=2.0)"') == 2
    page = html.unescape((tmp_path / "report.html").read_text())
    assert "--activation='relu,hard_tanh(low=-2.0, high=2.0)'" in page


def test_help_names_every_claim(capsys):
    called("founding_claims", "--help")
    shown = " ".join(capsys.readouterr().out.split())
    assert all(name in shown for name in founding_claims.CLAIMS)


def test_claims_are_taken_once_in_the_order_named():
    found = founding_claims.named_claims(["tanh_with_norm", "sigmoid_confined", "tanh_with_norm"])
    assert [claim.id for claim in found] == ["tanh_with_norm", "sigmoid_confined"]
    assert len(founding_claims.named_claims(None)) == len(founding_claims.CLAIMS)
