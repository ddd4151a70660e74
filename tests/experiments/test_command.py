"""What every command does before and around its work: programs are kept once the flags are good."""

import subprocess
import sys

import pytest

from experiments import command
from experiments.command import KEPT, Command, exit_code, new_flags, run

ORDER = []


def prepare(values):
    if values.workdir == "bad":
        raise ValueError("workdir: must not be bad; got bad; use another")
    ORDER.append("prepared")

    def perform():
        ORDER.append("performed")
        return 0

    return perform


SOME = Command("Does nothing.", new_flags(), prepare, needs_workdir=False)


@pytest.fixture(autouse=True)
def order(monkeypatch):
    ORDER.clear()
    monkeypatch.setattr(command, "use_every_core", lambda: None)
    monkeypatch.setattr(command, "use_compilation_cache", lambda: ORDER.append("kept"))


def ended(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["some", *arguments])
    with pytest.raises(SystemExit) as ended:
        run(SOME)
    return ended.value.code


def test_programs_are_kept_once_the_flags_are_good_and_before_anything_is_computed(monkeypatch):
    assert ended(monkeypatch) == 0
    assert ORDER == ["prepared", "kept", "performed"]


@pytest.mark.parametrize(
    ("argument", "code"), [("--help", 0), ("--hlp", 2), ("word", 2), ("--workdir=bad", 2)]
)
def test_help_and_bad_input_keep_nothing(monkeypatch, capsys, argument, code):
    assert ended(monkeypatch, argument) == code
    assert ORDER == []
    assert (KEPT in capsys.readouterr().out) == (argument == "--help")


def test_help_says_where_programs_are_kept_and_how_not_to():
    assert {"XDG_CACHE_HOME", "~/.cache.", "JAX_ENABLE_COMPILATION_CACHE=false"} <= {*KEPT.split()}


def test_where_keeping_is_not_safe_a_line_says_so_and_the_work_is_done(monkeypatch, capsys):
    def refuse():
        raise PermissionError("compilation cache: it must be yours; got user 7; set XDG_CACHE_HOME")

    monkeypatch.setattr(command, "use_compilation_cache", refuse)
    assert ended(monkeypatch) == 0
    assert ORDER == ["prepared", "performed"]
    assert capsys.readouterr().err == (
        "warning: compilation cache: it must be yours; got user 7; set XDG_CACHE_HOME; programs are compiled "
        "anew\n"
    )


def test_called_by_itself_a_command_keeps_nothing():
    assert exit_code(SOME, ["some"]) == 0
    assert ORDER == ["prepared", "performed"]


@pytest.mark.slow
def test_a_real_command_makes_no_directory_to_be_helped_with(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for argument in ("--help", "--hlp"):
        subprocess.run(
            [sys.executable, "-m", "experiments.sweep", argument], capture_output=True, check=False
        )
    assert not (tmp_path / "cache").exists()
