import json

import jax.numpy as jnp
import pytest

from bnact.studies import Pair
from bnact.studies.claim import Table
from experiments.claims import clock
from experiments.claims.asked import Asked
from experiments.claims.costs import (
    costs_path,
    measure_costs,
    networks_of,
    stored_costs,
)
from experiments.claims.scale import QUICK
from experiments.claims.timed import network_name
from experiments.founding_claims import CLAIMS

TIMED = CLAIMS["sigmoid_confined"]._replace(clock=lambda rows, costs: Table("", (), ()))
ASKED = Asked((TIMED, CLAIMS["tanh_with_norm"]), (QUICK,))
NETWORK = Pair("sigmoid", "batch", "before")


@pytest.fixture
def measured(monkeypatch):
    """Measures in no time; holds what was asked for."""
    calls = []

    def activations(names):
        calls.append("activations")
        return dict.fromkeys(names, 1e-06), dict.fromkeys(names, 2e-06)

    def steps(pairs):
        calls.append(tuple(pairs))
        return tuple(1e-3 for _ in pairs)

    monkeypatch.setattr(clock, "seconds_of_activations", activations)
    monkeypatch.setattr(clock, "seconds_of_steps", steps)
    return calls


@pytest.fixture
def workdir(tmp_path):
    (tmp_path / "results").mkdir()
    return tmp_path


def test_only_networks_of_claims_with_a_clock_are_measured():
    assert networks_of(ASKED) == (NETWORK,)
    assert network_name(NETWORK) == "sigmoid, batch, before"


def test_times_are_measured_once_and_stored(measured, workdir):
    assert stored_costs(workdir, ASKED) is None
    measure_costs(workdir, ASKED)
    first = costs_path(workdir).read_bytes()
    costs = stored_costs(workdir, ASKED)
    assert costs is not None
    assert costs.value["relu"] == 1e-6
    assert costs.gradient["relu"] == 2e-6
    assert costs.step == {"sigmoid, batch, before": 1e-3}
    measure_costs(workdir, ASKED)
    assert costs_path(workdir).read_bytes() == first
    assert measured == ["activations", (NETWORK,), ()]


def test_what_a_later_claim_needs_is_added(measured, workdir):
    measure_costs(workdir, ASKED)
    more = Asked((TIMED, CLAIMS["tanh_with_norm"]._replace(clock=TIMED.clock)), (QUICK,))
    partly = stored_costs(workdir, more)
    assert partly is not None
    assert "tanh, none, before" not in partly.step
    measure_costs(workdir, more)
    costs = stored_costs(workdir, more)
    assert costs is not None
    assert "tanh, none, before" in costs.step
    assert NETWORK not in measured[-1]
    assert measured.count("activations") == 1


def test_without_a_clock_nothing_is_measured(measured, workdir):
    asked = Asked((CLAIMS["sigmoid_confined"],), (QUICK,))
    measure_costs(workdir, asked)
    assert stored_costs(workdir, asked) is None
    assert not costs_path(workdir).exists()
    assert measured == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: text.replace("0.001", "0.002"),
        lambda text: json.dumps({**json.loads(text), "more": 1}),
        lambda text: "[]",
    ],
)
def test_damage_is_said_and_measured_anew(measured, workdir, damage):
    measure_costs(workdir, ASKED)
    path = costs_path(workdir)
    path.write_text(damage(path.read_text()))
    before = list(measured)
    with pytest.warns(UserWarning, match="costs.json is damaged; they are left out"):
        assert stored_costs(workdir, ASKED) is None
    with pytest.warns(UserWarning, match="costs.json is damaged"):
        measure_costs(workdir, ASKED)
    assert measured == before * 2
    assert stored_costs(workdir, ASKED) is not None


def test_what_noise_hid_is_left_out_and_the_rest_is_kept(measured, workdir, monkeypatch):
    monkeypatch.setattr(clock, "seconds_of_steps", lambda pairs: tuple(-1e-3 for _ in pairs))
    measure_costs(workdir, ASKED)
    costs = stored_costs(workdir, ASKED)
    assert costs is not None
    assert costs.step == {}
    assert costs.value["relu"] == 1e-6


def test_times_are_of_a_waiting_call_and_the_least(monkeypatch):
    now, calls = iter([0.0, 4.0, 10.0, 12.0, 20.0, 29.0]), []
    monkeypatch.setattr(clock.time, "perf_counter", lambda: next(now))
    monkeypatch.setattr(clock, "REPEATS", 3)
    assert clock.least_seconds(lambda x: calls.append(x), 1, calls=2) == 1.0
    assert len(calls) == 1 + 2 * clock.REPEATS


def test_every_application_in_the_loop_is_made(monkeypatch):
    monkeypatch.setattr(clock, "COUPLING", 1.0)
    monkeypatch.setattr(clock, "APPLICATIONS", 5)
    assert clock._repeated(lambda x: x)(jnp.ones(())) == 6.0


def test_an_activation_takes_some_time():
    value, gradient = clock.seconds_of_activations(("relu",))
    assert 0.0 < value["relu"] < 1.0
    assert 0.0 < gradient["relu"] < 1.0
    assert clock.seconds_of_steps(()) == ()


@pytest.mark.slow
def test_a_training_step_takes_some_time(monkeypatch):
    monkeypatch.setattr(clock, "DEPTH", 1)
    (seconds,) = clock.seconds_of_steps((Pair("relu"),))
    assert 0.0 < seconds < 1.0
