"""The doctor on machines that are in trouble: every error becomes a finding."""

import json
import os
import pathlib
import subprocess
import sys
from pathlib import Path

import jax
import pytest

from experiments.doctor import __main__ as doctor
from experiments.doctor import directories, reading
from experiments.doctor.canaries import CANARIES, reloading
from experiments.doctor.canaries.reloading import HIT, REFUSED, sign_of
from experiments.doctor.directories import directory_at
from experiments.doctor.examination import examination
from experiments.doctor.packages import packages_here
from experiments.doctor.reading import this_machine

from .machines import GOOD

ROOT = Path(__file__).parents[3]
LONG = "x" * 5000


def refused(*_, **__):
    raise PermissionError(13, "Permission denied")


def test_without_the_platform_asked_for_the_command_says_so_and_goes_on():
    # A platform that no machine has stands for a GPU that this one may have.
    call = [sys.executable, "-m", "experiments.doctor", "--json", f"--workdir={LONG}"]
    variables = {**os.environ, "JAX_PLATFORMS": "tpu_of_nobody"}
    done = subprocess.run(call, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    told = {each["name"]: each for each in json.loads(done.stdout)["findings"]}
    assert done.returncode == 1, done.stderr
    assert told["devices"]["verdict"] == "wrong"
    assert told["devices"]["found"].startswith("jax could not start: ")
    assert "too long" in told["work directory"]["remedy"]
    assert told["free disk"]["verdict"] == "not known"


@pytest.mark.parametrize("error", [AssertionError(), RuntimeError("Unable to initialize backend")])
def test_whatever_jax_raises_when_it_does_not_start_is_told(error, monkeypatch):
    def fails(*_, **__):
        raise error

    monkeypatch.setattr(jax, "local_devices", fails)
    machine = this_machine(None)
    assert machine.devices == ()
    assert machine.refusal.startswith(type(error).__name__)
    verdicts = {each.name: each.verdict for each in examination(machine, CANARIES[:1])}
    assert verdicts["devices"] == "wrong"
    assert verdicts[f"compiler: {CANARIES[0].name}"] == "not known"


def test_a_name_that_is_too_long_is_told():
    assert "too long" in directory_at(LONG).error.lower()
    assert reading._disk_free(LONG) is None


def test_a_directory_that_may_not_be_searched_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(pathlib.Path, "exists", refused)
    assert directory_at(str(tmp_path / "below")).error == "Permission denied"


def test_of_a_directory_that_may_not_be_listed_the_size_is_not_known(tmp_path, monkeypatch):
    monkeypatch.setattr(directories.os, "scandir", refused)
    found = directory_at(str(tmp_path))
    assert (found.bytes_held, found.error) == (None, "")
    (told,) = [each for each in examination(GOOD._replace(cache=found), ()) if each.name.endswith("cache")]
    assert "size not known" in told.found


def test_a_file_that_is_removed_meanwhile_counts_nothing(tmp_path, monkeypatch):
    for name in ("kept", "removed"):
        (tmp_path / name).write_bytes(b"12345")
    entries = list(os.scandir(tmp_path))
    (tmp_path / "removed").unlink()
    monkeypatch.setattr(directories.os, "scandir", lambda _: entries)
    assert directory_at(str(tmp_path)).bytes_held == 5


def test_a_canary_that_fails_is_told_as_not_known():
    def fails():
        raise MemoryError("too little")

    told = examination(GOOD, (CANARIES[0]._replace(look=fails),))[-1]
    assert (told.found, told.verdict) == ("not looked at: MemoryError too little", "not known")


def test_versions_are_read_as_the_project_and_the_packages_have_them():
    found = packages_here()
    assert found.python.startswith(f"{sys.version_info.major}.{sys.version_info.minor}")
    assert found.python_needed == "3.11"
    assert {"jax", "jaxlib", "flax", "bnact"} <= {*found.versions}
    assert {"jax", "flax", "optax", "numpy"} <= {*found.needed}


BROKEN = """
import sys
class Broken:
    def find_spec(self, name, *_):
        if name == "bnact":
            raise RuntimeError("jaxlib is newer than jax")
sys.meta_path.insert(0, Broken())
from experiments.doctor import __main__ as doctor
assert "jax" not in sys.modules
sys.exit(doctor.main(["doctor", *sys.argv[1:]]))
"""


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["words", "json"])
def test_where_bnact_cannot_be_imported_the_versions_are_told_all_the_same(form):
    call = [sys.executable, "-c", BROKEN, *form]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert "RuntimeError: jaxlib is newer than jax" in done.stdout
    assert "Python" in done.stdout
    assert not form or not json.loads(done.stdout)["good"]


def test_a_python_and_a_jax_that_are_too_old_are_told_where_nothing_can_be_imported(monkeypatch, capsys):
    here = packages_here()
    versions = {**here.versions, "jax": "0.4.1", "jaxlib": "0.4.2"}
    monkeypatch.setattr(doctor, "packages_here", lambda: here._replace(python="3.9.1", versions=versions))
    assert doctor.not_begun(ImportError("no tomllib"), False) == 1
    said = capsys.readouterr().out
    assert "wrong: Python: 3.9.1" in said
    assert "wrong: jax: 0.4.1" in said
    assert "wrong: jax with jaxlib" in said
    assert "wrong: import of bnact: ImportError: no tomllib" in said


def test_a_program_is_refused_where_the_log_says_so_and_nothing_is_guessed():
    refusal = f"E0000 {REFUSED} the machine type"
    assert (sign_of(HIT, refusal), sign_of("", refusal)) == ("present", "present")
    assert sign_of(HIT, "") == "absent"
    assert sign_of("", "Error reading persistent compilation cache entry") == "not looked at"


def test_a_bound_on_the_users_cache_does_not_keep_programs_from_being_found(monkeypatch):
    monkeypatch.setenv("JAX_COMPILATION_CACHE_MAX_SIZE", "0")  # with which jax keeps nothing
    assert reloading.look() != "not looked at"
