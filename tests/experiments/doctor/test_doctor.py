"""The doctor as its users call it."""

import io
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from bnact.distributed.private_directory import private_cache, private_directory
from experiments.command import exit_code
from experiments.doctor import command as doctor
from experiments.doctor import reading
from experiments.doctor.canaries import CANARIES
from experiments.doctor.directories import directory_at
from experiments.doctor.examination import examination, fault
from experiments.doctor.reading import chosen_in, driver_in, this_machine
from experiments.doctor.showing import as_json, show, summary

from .machines import GOOD

ROOT = Path(__file__).parents[3]


class Terminal(io.StringIO):
    """A terminal that keeps what it is shown."""

    def isatty(self):
        return True


def made_up(monkeypatch, machine, canaries=()):
    monkeypatch.setattr(doctor, "this_machine", lambda _: machine)
    monkeypatch.setattr(doctor, "CANARIES", canaries)


@pytest.mark.parametrize(
    ("machine", "code"),
    [(GOOD, 0), (GOOD._replace(allowed=(0, 1)), 0), (GOOD._replace(python="3.9"), 1)],
    ids=["good", "advice", "wrong"],
)
@pytest.mark.parametrize("form", [(), ("--json",)], ids=["words", "json"])
def test_the_exit_code_is_1_only_where_results_will_be_wrong(machine, code, form, monkeypatch, capsys):
    made_up(monkeypatch, machine)
    assert exit_code(doctor.COMMAND, ["doctor", *form]) == code
    shown = capsys.readouterr().out
    if form:
        told = json.loads(shown)
        assert told["good"] == (code == 0)
        assert {*told["findings"][0]} == {"name", "found", "verdict", "remedy"}
    else:
        assert ("1 wrong" if code else "nothing is wrong") in shown.splitlines()[-1]


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()], ids=["lines", "table"])
def test_every_finding_is_shown_with_its_verdict_in_words(stream):
    findings = examination(GOOD._replace(python="3.9", allowed=(0, 1)), ())
    show(findings, stream)
    words = " ".join(stream.getvalue().split())
    assert "…" not in words
    assert all(each.name.split()[0] in words for each in findings)
    assert all(verdict in words for verdict in ("good", "advice", "wrong"))
    assert words.endswith(summary(findings))


@pytest.mark.parametrize(
    ("canary", "sign", "verdict"),
    [
        (CANARIES[0], "present", "wrong"),
        (CANARIES[1], "present", "advice"),
        (CANARIES[0], "absent", "good"),
        (CANARIES[0], "not looked at", "not known"),
    ],
)
def test_a_canary_is_a_finding(canary, sign, verdict):
    found = fault(canary, sign)
    assert found.verdict == verdict
    assert (canary.source in found.remedy) == (sign == "present")


def test_canaries_are_asked(monkeypatch):
    falling = CANARIES[0]._replace(name="falling", look=lambda: "present")
    assert examination(GOOD, (falling,))[-1].verdict == "wrong"
    assert '"good": false' in as_json(examination(GOOD, (falling,)))


def test_this_machine_is_read(tmp_path):
    machine = this_machine(str(tmp_path / "new"))
    assert machine.versions["jax"]
    assert machine.needed["flax"]
    assert machine.cores >= len(machine.allowed) >= 1
    assert machine.devices
    assert (machine.disk_free or 0) > 0
    assert machine.workdir is not None
    assert (machine.workdir.is_there, machine.workdir.is_writable) == (False, True)
    assert not (tmp_path / "new").exists()


def test_what_the_system_says_is_understood():
    assert (chosen_in("always [madvise] never"), chosen_in("")) == ("madvise", None)
    text = "NVRM version: NVIDIA UNIX x86_64 Kernel Module  570.86.10  Wed"
    assert (driver_in(text), driver_in("")) == ("570.86.10", None)


def test_directories_are_judged_as_they_are(tmp_path):
    (tmp_path / "held").write_bytes(b"12345")
    tmp_path.chmod(0o700)
    assert directory_at(str(tmp_path)) == (str(tmp_path), True, True, True, True, 5, "", "")
    tmp_path.chmod(0o777)
    assert not directory_at(str(tmp_path)).is_private
    assert not directory_at(str(tmp_path / "held")).is_writable
    assert [path.name for path in tmp_path.iterdir()] == ["held"]


@pytest.mark.parametrize("open_one", ["bnact", "bnact/compiled"])
def test_a_cache_that_commands_refuse_is_told_with_their_reason(open_one, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    private_directory(tmp_path / "bnact" / "compiled")
    assert reading._own_cache() == directory_at(str(tmp_path / "bnact" / "compiled"))  # no refusal
    (tmp_path / open_one).chmod(0o755)
    with pytest.raises(PermissionError) as refused:
        private_directory(private_cache(os.environ) / "compiled")
    machine = GOOD._replace(cache=None, own_cache=reading._own_cache())
    (told,) = [each for each in examination(machine, ()) if each.name == "compilation cache"]
    assert told.verdict == "advice"
    assert str(refused.value) in told.remedy
    assert "got mode 0o755; use chmod 700" in told.remedy


def test_a_directory_that_takes_no_file_cannot_be_written_to(tmp_path, monkeypatch):
    def refused(**_):
        raise OSError("Read-only file system")

    monkeypatch.setattr(tempfile, "TemporaryFile", refused)
    assert not directory_at(str(tmp_path / "new")).is_writable


def test_help_says_the_flags_and_the_exit_codes(capsys):
    assert exit_code(doctor.COMMAND, ["doctor", "--help"]) == 0
    shown = capsys.readouterr().out
    assert "--[no]json" in shown
    assert "Exit codes: 0 done" in " ".join(shown.split())


def test_the_command_itself_runs():
    call = [sys.executable, "-m", "experiments.doctor", "--json"]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False)
    told = json.loads(done.stdout)
    assert done.returncode == (0 if told["good"] else 1), done.stderr
    assert sum(each["name"].startswith("compiler: ") for each in told["findings"]) == len(CANARIES)
