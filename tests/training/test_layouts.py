"""A narrow network is trained in a batch with others; its numbers know nothing of them."""

import dataclasses
import importlib
import math
import types

import jax
import numpy as np
import pytest
from jax.sharding import AxisType

from bnact import data
from bnact.distributed import Arrangement, Needed
from bnact.fused import table_of
from bnact.training import Setting, arrangement_for, train_population
from bnact.training.fitting import IN_FLIGHT, fits, fitting_program
from bnact.training.population import trained_population
from tests.training.stand_in import noting, out_of_memory

PROGRAM, FITTING, POPULATION = (
    importlib.import_module(f"bnact.training.{name}") for name in ("program", "fitting", "population")
)
DIGITS = data.load("digits")
BASE = Setting(depth=2, width=8, batch_size=16, steps=9, learning_rate=0.1, activation="tanh")


@pytest.fixture(scope="module", autouse=True)
def batches_on_two_devices():
    mesh = jax.make_mesh((2,), ("population",), axis_types=(AxisType.Auto,), devices=jax.devices()[:2])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PROGRAM, "population_mesh", lambda: mesh)
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


@pytest.mark.slow
def test_no_number_depends_on_the_other_activations_of_a_program(logs):
    assert_equal(trained(0, 1, 2, 3, activations=("mish", "relu")), logs[:4])


def test_populations_of_all_sizes_share_one_program(logs):
    before = PROGRAM.compiled_program.cache_info().misses
    for size in (5, 8, 17):
        trained(*range(size))
    assert PROGRAM.compiled_program.cache_info().misses == before


WHOLE, SMALL = Arrangement(2, 4, "vmap"), Needed(arguments=10, call=10)


@pytest.fixture
def fitted(monkeypatch):
    """What is fitted into memory, the arrangements compiled, and what is too large; nothing is compiled."""
    compiled = []

    def fit(free, needed=SMALL):
        compiled.clear()
        left = free if callable(free) else lambda devices: free
        monkeypatch.setattr(FITTING, "compiled_program", noting(compiled))
        monkeypatch.setattr(FITTING, "free_bytes", left)
        monkeypatch.setattr(FITTING, "needed_memory", lambda program: needed)
        fitted = fitting_program(BASE.program, DIGITS, WHOLE, table_of((BASE.activation,)))
        return fitted.arrangement, list(compiled), fitted.too_large

    return fit


def test_what_does_not_fit_gets_fewer_devices_and_then_fewer_lanes(fitted):
    left = iter((20, 99, 20, 99, 2**60))
    steps = [WHOLE, Arrangement(1, 4, "vmap"), Arrangement(1, 2, "vmap")]
    assert fitted(lambda devices: next(left)) == (steps[-1], steps, None)
    assert fitted(20)[0] == Arrangement(1, 1, "vmap")
    assert fitted(None) == fitted(2**60) == fitted(20, None) == (WHOLE, [WHOLE], None)


def test_the_data_set_is_counted_once_and_each_call_by_itself():
    assert IN_FLIGHT == 2
    assert fits(Needed(arguments=1000, call=10), free=1020)
    assert not fits(Needed(arguments=1000, call=10), free=1019)
    assert not fits(Needed(arguments=10, call=1000), free=2009)


ONE_DEVICE = WHOLE._replace(devices=1)


def test_where_the_data_set_alone_does_not_fit_one_cpu_device_holds_it_with_as_many_lanes(fitted):
    found = fitted(lambda devices: 999 // len(devices), Needed(1000, 1))
    assert found == (ONE_DEVICE, [WHOLE, ONE_DEVICE], 1000)
    # Fewer devices of one machine do help: each has its own copy.
    found = fitted(lambda devices: 1500 // len(devices), Needed(1000, 1))
    assert found == (ONE_DEVICE, [WHOLE, ONE_DEVICE], None)


def test_where_the_data_set_alone_does_not_fit_an_accelerator_nothing_is_made_smaller(fitted, monkeypatch):
    chips = np.array([types.SimpleNamespace(platform="gpu")] * WHOLE.devices)
    monkeypatch.setattr(FITTING, "mesh_of", lambda arrangement: types.SimpleNamespace(devices=chips))
    assert fitted(999, Needed(1000, 1)) == (WHOLE, [WHOLE], 1000)


@pytest.mark.parametrize(
    "train",
    [lambda *given: train_population(*given), lambda *given: trained_population(WHOLE, *given)],
    ids=["train_population", "trained_population"],
)
def test_that_the_data_set_does_not_fit_is_said_to_the_caller(fitted, monkeypatch, train):
    monkeypatch.setattr(POPULATION, "_logs", lambda *given: [])
    said = set()
    for free in (999, 998, 7):
        fitted(free, Needed(1000, 1))
        with pytest.warns(
            UserWarning, match="'digits', which needs 1,000 bytes, more than there are"
        ) as warned:
            train([BASE], DIGITS)
        said |= {(str(each.message), each.filename) for each in warned}
    # In the same words however much is free.
    assert [filename for _, filename in said] == [__file__]


@pytest.mark.parametrize("error", [out_of_memory, MemoryError])
def test_where_memory_fails_all_the_same_the_next_smaller_layout_is_tried(monkeypatch, logs, error):
    tried, really = [], POPULATION._logs

    def train(program, arrangement, *rest):
        tried.append(arrangement)
        if arrangement.devices > 1:
            raise error()
        return really(program, arrangement, *rest)

    monkeypatch.setattr(POPULATION, "_logs", train)
    settings = [dataclasses.replace(BASE, seed=seed) for seed in range(4)]
    population = trained_population(WHOLE, settings, DIGITS)
    assert tried == [WHOLE, Arrangement(1, 4, "vmap")]
    assert population.arrangement == tried[-1]
    assert_equal(population.logs, logs[:4])


def test_where_not_even_one_network_fits_it_is_said(monkeypatch):
    tried = []

    def train(program, arrangement, *rest):
        tried.append(arrangement)
        raise out_of_memory()

    monkeypatch.setattr(POPULATION, "_logs", train)
    monkeypatch.setattr(FITTING, "compiled_program", noting([]))
    monkeypatch.setattr(FITTING, "needed_memory", lambda program: None)
    wanted = "one network at a time must fit into memory; got .*width=8, batch_size=16, .*; use smaller ones"
    with pytest.raises(MemoryError, match=wanted):
        trained_population(WHOLE, [BASE], DIGITS)
    assert tried == [WHOLE, *(Arrangement(1, lanes, "vmap") for lanes in (4, 2, 1))]


def test_another_error_is_raised_at_once(monkeypatch):
    tried = []

    def train(program, arrangement, *rest):
        tried.append(arrangement)
        raise ValueError("broken")

    monkeypatch.setattr(POPULATION, "_logs", train)
    with pytest.raises(ValueError, match="broken"):
        trained_population(WHOLE, [BASE], DIGITS)
    assert tried == [WHOLE]
