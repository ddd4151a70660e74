"""A narrow network is trained in a batch with others; its numbers know nothing of them."""

import dataclasses
import importlib
import math

import jax
import numpy as np
import pytest
from jax.sharding import AxisType

from bnact import data
from bnact.distributed import Arrangement
from bnact.fused import table_of
from bnact.training import Setting, arrangement_for, train_population
from bnact.training.population import fitting_program

MODULE = importlib.import_module("bnact.training.population")
DIGITS = data.load("digits")
BASE = Setting(depth=2, width=8, batch_size=16, steps=9, learning_rate=0.1, activation="tanh")


@pytest.fixture(scope="module", autouse=True)
def batches_on_two_devices():
    mesh = jax.make_mesh((2,), ("population",), axis_types=(AxisType.Auto,), devices=jax.devices()[:2])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MODULE, "population_mesh", lambda: mesh)
        rules = importlib.import_module("bnact.distributed.arrangement")
        patch.setattr(rules, "CPU_RULES", (rules.Rule(math.inf, "vmap", 4),))
        yield


def trained(*seeds, activations=()):
    return train_population([dataclasses.replace(BASE, seed=seed) for seed in seeds], DIGITS, activations)


def assert_equal(one, other):
    jax.tree.map(np.testing.assert_array_equal, one, other)


@pytest.fixture(scope="module")
def logs():
    assert arrangement_for(BASE.program, 11) == Arrangement(devices=2, at_once=4, way="vmap")
    return trained(*range(11))


def test_runs_differ(logs):
    assert len({log.train_loss.tobytes() for log in logs}) == 11


def test_no_number_depends_on_order_place_neighbours_or_how_many_there_are(logs):
    order = np.random.default_rng(0).permutation(11)
    assert_equal(trained(*order), [logs[seed] for seed in order])
    assert_equal(trained(9, 2, 7, 4, 0), [logs[seed] for seed in (9, 2, 7, 4, 0)])
    # So few that they need one device alone: another program.
    assert_equal(trained(10, 3), [logs[10], logs[3]])


def test_a_lane_that_diverges_leaves_the_others_of_its_batch_untouched(logs):
    settings = [dataclasses.replace(BASE, seed=seed) for seed in range(4)]
    settings[1] = dataclasses.replace(settings[1], learning_rate=1e36)
    mixed = train_population(settings, DIGITS)
    assert mixed[1].diverged > 0
    assert_equal([mixed[lane] for lane in (0, 2, 3)], [logs[lane] for lane in (0, 2, 3)])


def test_no_number_depends_on_the_other_activations_of_a_program(logs):
    assert_equal(trained(0, 1, 2, 3, activations=("mish", "relu")), logs[:4])


def test_populations_of_all_sizes_share_one_program(logs):
    before = MODULE.compiled_program.cache_info().misses
    for size in (5, 8, 17):
        trained(*range(size))
    assert MODULE.compiled_program.cache_info().misses == before


def test_what_does_not_fit_gets_fewer_devices_and_then_fewer_lanes(monkeypatch):
    table = table_of((BASE.activation,))
    left = iter((0, 0, 2**60))
    monkeypatch.setattr(MODULE, "free_bytes", lambda devices: next(left))
    compiled = []

    def compile_for(program, dataset, lanes, table, check, devices):
        compiled.append((lanes, devices))
        return

    monkeypatch.setattr(MODULE, "compiled_program", compile_for)
    monkeypatch.setattr(MODULE, "needed_bytes", lambda program: 10)
    assert fitting_program(BASE.program, DIGITS, 11, table)[0] == Arrangement(1, 2, "vmap")
    assert compiled == [(8, 2), (4, 1), (2, 1)]
    monkeypatch.setattr(MODULE, "free_bytes", lambda devices: 0)
    assert fitting_program(BASE.program, DIGITS, 11, table)[0] == Arrangement(1, 1, "vmap")
    monkeypatch.setattr(MODULE, "free_bytes", lambda devices: None)
    assert fitting_program(BASE.program, DIGITS, 11, table)[0] == Arrangement(2, 4, "vmap")
