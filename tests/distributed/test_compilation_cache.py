"""Compiled programs are kept where the user alone can put them, or not at all."""

import os
import subprocess
import sys

import jax
import jax.monitoring
import pytest

from bnact.distributed import compilation_cache, programs_found

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


def test_programs_that_are_found_are_counted():
    event = "/jax/compilation_cache/cache_hits"
    with programs_found() as found:
        jax.monitoring.record_event(event)
        jax.monitoring.record_event("/jax/compilation_cache/cache_misses")
        jax.monitoring.record_event(event)
    jax.monitoring.record_event(event)
    assert len(found) == 2


@pytest.mark.slow
def test_a_program_that_was_cut_is_dropped_and_kept_anew(tmp_path):
    _, _, misses = ran(tmp_path)
    for program in (tmp_path / "bnact" / "compiled").glob("*-cache"):
        program.write_bytes(program.read_bytes()[:-20])
    assert ran(tmp_path)[1:] == (0, misses)
    assert ran(tmp_path)[1:] == (misses, 0)


def test_the_tests_themselves_keep_nothing():
    assert compilation_cache.cache_in_use() is None
