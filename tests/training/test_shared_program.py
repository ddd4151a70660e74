"""What differs between the cells of a grid is data: the first compiles, the others find its program."""

import dataclasses
import itertools

import jax
import pytest

from bnact import data
from bnact.training import Setting, train_population
from bnact.training.program import compiled_program

DIGITS = data.load("digits")
BASE = Setting(depth=1, width=4, batch_size=16, steps=1)
NAMES = ("relu", "tanh")
CELLS = [
    *(
        {"activation": name, "norm": norm}
        for name, norm in itertools.product(NAMES, ("batch", "layer", "none"))
    ),
    *({"order": "after", "norm": norm} for norm in ("batch", "rms")),
    *({"kill": kill} for kill in ("bias", "shift", "step")),
    {"gain": 3.0},
    {"steps": 2},
    {"learning_rate": 0.7},
    {"seed": 5},
]


@pytest.fixture
def compilations():
    """The names of the events of compilation, as they come."""
    events = []

    def listen(event, duration_secs, **kwargs):
        del duration_secs, kwargs
        if "backend_compile" in event:
            events.append(event)

    jax.monitoring.register_event_duration_secs_listener(listen)
    yield events
    jax.monitoring.unregister_event_duration_listener(listen)


def test_a_sweep_compiles_one_program(compilations):
    before = compiled_program.cache_info().misses
    train_population([BASE], DIGITS, NAMES)
    assert compiled_program.cache_info().misses == before + 1
    assert compilations, "the listener hears nothing"
    compilations.clear()
    for choices in CELLS:
        train_population([dataclasses.replace(BASE, **choices)], DIGITS, NAMES)
    rates = [dataclasses.replace(BASE, learning_rate=rate) for rate in (0.1, 0.2, 0.3)]
    train_population(rates, DIGITS, NAMES)
    assert compilations == []
    assert compiled_program.cache_info().misses == before + 1
