"""A population says whether a program had to be compiled for it, or was kept."""

import importlib

import jax
import jax.monitoring
import pytest

from bnact import data
from bnact.distributed import Arrangement
from bnact.training import Setting
from bnact.training.population import trained_population
from tests.training.stand_in import noting, out_of_memory

PROGRAM, FITTING, POPULATION = (
    importlib.import_module(f"bnact.training.{name}") for name in ("program", "fitting", "population")
)
DIGITS = data.load("digits")
ONE, TWO = Arrangement(1, 1, "map"), Arrangement(2, 1, "map")


def setting(width):
    """Of a program that no other test of this file compiles."""
    return Setting(depth=1, width=width, batch_size=16, steps=1)


def after_a_program_was_found(function):
    """The function, after which jax says that it has found a program in its cache."""

    def found(*args, **kwargs):
        result = function(*args, **kwargs)
        jax.monitoring.record_event("/jax/compilation_cache/cache_hits")
        return result

    return found


def test_the_second_time_a_process_keeps_it():
    said = [trained_population(ONE, [setting(2)], DIGITS).compiled for _ in range(2)]
    assert said == [True, False]


def test_a_program_that_the_cache_held_was_not_compiled(monkeypatch):
    compiling = after_a_program_was_found(jax.stages.Lowered.compile)
    monkeypatch.setattr(jax.stages.Lowered, "compile", compiling)
    assert not trained_population(ONE, [setting(3)], DIGITS).compiled


@pytest.mark.slow
def test_small_programs_that_tracing_found_do_not_count(monkeypatch):
    monkeypatch.setattr(PROGRAM, "run", after_a_program_was_found(PROGRAM.run))
    assert trained_population(ONE, [setting(5)], DIGITS).compiled


@pytest.fixture
def outcomes(monkeypatch):
    """What calls of the program come to, one after another: an error, or nothing."""
    left = []

    def train(*given):
        error = left.pop(0)
        if error:
            raise error
        return []

    monkeypatch.setattr(POPULATION, "_logs", train)
    monkeypatch.setattr(FITTING, "needed_memory", lambda program: None)
    return left


@pytest.mark.parametrize(
    "found, compiled", [((True, True), False), ((True, False), True), ((False, True), True)]
)
def test_a_larger_layout_that_did_not_fit_counts_too(monkeypatch, outcomes, found, compiled):
    outcomes[:], tries = [out_of_memory(), None], []
    monkeypatch.setattr(FITTING, "compiled_program", noting(tries, dict(zip((TWO, ONE), found, strict=True))))
    assert trained_population(TWO, [setting(2)], DIGITS).compiled == compiled
    assert tries == [TWO, ONE]
    # Now both are kept.
    outcomes[:] = [out_of_memory(), None]
    assert not trained_population(TWO, [setting(2)], DIGITS).compiled


def test_compiling_that_runs_out_of_memory_was_compiling(monkeypatch, outcomes):
    outcomes[:] = [None]
    monkeypatch.setattr(FITTING, "compiled_program", noting([], {TWO: out_of_memory(), ONE: True}))
    assert trained_population(TWO, [setting(2)], DIGITS).compiled
