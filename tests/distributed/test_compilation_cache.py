"""Compiled programs are kept where the user alone can put them, or not at all."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bnact.distributed import compilation_cache
from bnact.distributed.compilation_cache import cache_home, private_directory, prune

# Counts what is compiled and what is found, in a process of its own: jax opens its cache once.
PROGRAM = """
import jax, jax.monitoring, jax.numpy as jnp
import bnact.distributed as distributed
assert SET or distributed.cache_in_use() is None, "importing switched the cache on"
counts = {}
def count(name, **_):
    counts[name] = counts.get(name, 0) + 1
jax.monitoring.register_event_listener(count)
path = distributed.use_compilation_cache()
print(path, distributed.cache_in_use())
jax.jit(lambda x: jnp.sin(x @ x).sum())(jnp.ones((7, 7)))
for name in ("hits", "misses"):
    print(name, counts.get(f"/jax/compilation_cache/cache_{name}", 0))
"""


def ran(home, **settings):
    names = ("JAX_COMPILATION_CACHE_DIR", "JAX_ENABLE_COMPILATION_CACHE")
    inherited = {name: value for name, value in os.environ.items() if name not in names}
    program = PROGRAM.replace("SET", str("JAX_COMPILATION_CACHE_DIR" in settings))
    command = [sys.executable, "-c", program]
    environment = inherited | {"XDG_CACHE_HOME": str(home)} | settings
    finished = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    paths, hits, misses = finished.stdout.splitlines()
    return paths, int(hits.split()[1]), int(misses.split()[1])


def test_a_second_process_compiles_nothing(tmp_path):
    paths, hits, misses = ran(tmp_path)
    where = tmp_path / "bnact" / "compiled"
    assert paths == f"{where} {where}"
    assert hits == 0 < misses
    assert where.stat().st_mode & 0o777 == where.parent.stat().st_mode & 0o777 == 0o700
    assert ran(tmp_path) == (paths, misses, 0)


@pytest.mark.slow
def test_what_the_user_set_stays(tmp_path):
    own = tmp_path / "own"
    paths, _, misses = ran(tmp_path / "home", JAX_COMPILATION_CACHE_DIR=str(own))
    assert paths == f"None {own}"
    assert not (tmp_path / "home").exists()
    paths, hits, misses = ran(tmp_path / "home", JAX_ENABLE_COMPILATION_CACHE="false")
    assert (paths, hits, misses) == ("None None", 0, 0)


def test_caches_lie_where_the_specification_says(tmp_path, monkeypatch):
    assert cache_home({"XDG_CACHE_HOME": str(tmp_path)}) == tmp_path
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_home({}) == cache_home({"XDG_CACHE_HOME": "relative"}) == tmp_path / ".cache"


def test_without_a_home_there_is_no_place(monkeypatch):
    def unknown():
        raise RuntimeError

    monkeypatch.setattr(Path, "home", unknown)
    with pytest.raises(
        OSError, match="^compilation cache: a home directory must be known; got none; set XDG"
    ):
        cache_home({})


def test_a_directory_open_to_others_is_refused(tmp_path):
    tmp_path.chmod(0o755)
    with pytest.raises(PermissionError, match="must be closed to others; got mode 0o755; use chmod 700"):
        private_directory(tmp_path)


def test_a_link_is_refused(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(PermissionError, match="must be a directory; got a link; remove it$"):
        private_directory(tmp_path / "link")


def test_another_users_directory_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "getuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(PermissionError, match="must be yours; got user .*; set XDG_CACHE_HOME to your own"):
        private_directory(tmp_path)


def test_a_directory_that_cannot_be_written_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(PermissionError, match="must be writable; got a directory that is not; set XDG"):
        private_directory(tmp_path / "closed")


def test_the_oldest_programs_go_when_there_are_too_many(tmp_path):
    for age, name in enumerate(("newest", "middle", "oldest")):
        (tmp_path / name).write_bytes(bytes(100))
        os.utime(tmp_path / name, (1e9 - age, 1e9 - age))
    prune(tmp_path, 250)
    assert {path.name for path in tmp_path.iterdir()} == {"newest", "middle"}
    prune(tmp_path, 200)
    assert {path.name for path in tmp_path.iterdir()} == {"newest", "middle"}


def test_the_tests_themselves_keep_nothing():
    assert compilation_cache.cache_in_use() is None
