"""The reference cases of single units and finite batches: computed, and drawn without the package."""

import json
import math
import re
from pathlib import Path

import numpy as np
import pytest

from bnact import theory
from tests.theory.wide_networks import normalized

CASES = json.loads((Path(__file__).parents[1] / "reference_cases.json").read_text())
BORN_DEAD, DEAD = CASES["born_dead"], CASES["dead_under_batch_norm"]
STANDARD_ERRORS = 4.0
# The two cases whose 'simulated' this is; the exact figures have 16 digits.
assert {BORN_DEAD["simulated"], DEAD["simulated"]} == {"4 standard errors"}
SHARES = {
    tuple(float(number) for number in re.findall(r"[\d.]+", key)): value
    for key, value in DEAD.items()
    if key.startswith("B=")
}


def hidden_widths(words):
    width, layers = (int(number) for number in re.findall(r"\d+", words))
    return [width] * layers


def assert_drawn(events, probability):
    """That events happen as often as their probability says, and that the draw would see 2 % of error."""
    standard_error = math.sqrt(probability * (1.0 - probability) / events.size)
    assert abs(events.mean() - probability) < STANDARD_ERRORS * standard_error


def batches(batch_size, count, seed=0):
    return normalized(np.random.default_rng(seed).normal(size=(count, batch_size)), 1).output


# --------------------------------------------------------------------------------- normalized batches


def test_the_bound_of_a_batch():
    assert CASES["batch_bound"]["analytic"] == "exact"
    for batch_size in (2, 3, 8, 64, 1000):
        assert theory.normalized_bound(batch_size) == math.sqrt(batch_size - 1)
        assert np.abs(batches(batch_size, 1000)).max() <= math.sqrt(batch_size - 1) * (1 + 1e-9)
    np.testing.assert_allclose(np.abs(batches(2, 1000)), 1.0, rtol=1e-9)


def test_moments_of_a_finite_batch():
    case = CASES["finite_batch_moments"]
    error = case["analytic"]
    assert theory.normalized_absolute_moment(1, 8) == pytest.approx(case["E_abs_xhat_B8"], abs=error)
    for batch_size in (4, 8, 100):
        fourth, inverse = 3 * (batch_size - 1) / (batch_size + 1), batch_size / (batch_size - 3)
        assert theory.normalized_moment(4, batch_size) == pytest.approx(fourth, abs=error)
        assert theory.batch_variance_moment(-1, batch_size) == pytest.approx(inverse, abs=error)


# -------------------------------------------------------------------------------------------- death


@pytest.mark.parametrize("words", BORN_DEAD["one_input"])
def test_born_dead_for_one_input(words):
    found = theory.born_dead_probability(hidden_widths(words))
    assert found == pytest.approx(BORN_DEAD["one_input"][words], abs=BORN_DEAD["analytic"])
    assert_drawn(both_rays_dead(hidden_widths(words), 200_000, rays=(1.0,)), found)


@pytest.mark.parametrize("width", BORN_DEAD["whole_net_two_hidden_layers"])
def test_a_whole_network_of_two_hidden_layers_born_dead(width):
    widths = [int(width)] * 2
    found = theory.born_dead_probability(widths, whole_network=True)
    expected = BORN_DEAD["whole_net_two_hidden_layers"][width]
    assert found == pytest.approx(expected, abs=BORN_DEAD["analytic"])
    assert_drawn(both_rays_dead(widths, 400_000), found)


@pytest.mark.parametrize("words", BORN_DEAD["whole_net_simulated"])
def test_a_deep_network_born_dead(words):
    published, standard_error = BORN_DEAD["whole_net_simulated"][words]
    found = theory.born_dead_probability(hidden_widths(words), whole_network=True)
    assert abs(found - published) < STANDARD_ERRORS * standard_error
    assert_drawn(both_rays_dead(hidden_widths(words), 200_000), found)


def both_rays_dead(widths, networks, rays=(1.0, -1.0)):
    """Whether random bias-free relu networks of one input give 0 on both sides of it."""
    rng = np.random.default_rng(0)
    h = np.broadcast_to(np.asarray(rays), (networks, 1, len(rays)))
    for width in widths:
        weight = rng.normal(size=(networks, width, h.shape[1])) / math.sqrt(h.shape[1])
        h = np.maximum(weight @ h, 0.0)
    return np.all(h == 0.0, axis=(1, 2))


@pytest.mark.parametrize("batch_size, threshold", SHARES)
def test_dead_under_batch_norm(batch_size, threshold):
    share = SHARES[batch_size, threshold]
    found = theory.dead_under_batch_norm(-threshold, int(batch_size))
    assert found == pytest.approx(share, abs=1e-9)
    assert_drawn(batches(int(batch_size), 400_000).max(axis=1) <= threshold, share)


def test_the_rules_of_death_under_batch_norm():
    assert len(DEAD["rules"]) == 3
    for batch_size in (2, 3, 4, 8, 64, 256):
        nearest, farthest = 1.0 / math.sqrt(batch_size - 1), math.sqrt(batch_size - 1)
        never = -np.array([-3.0, -1e-9, 0.0, 0.5 * nearest, nearest * (1 - 1e-12)])
        np.testing.assert_array_equal(theory.dead_under_batch_norm(never, batch_size), 0.0)
        always = -np.array([farthest, farthest * (1 + 1e-12), 1e6])
        np.testing.assert_array_equal(theory.dead_under_batch_norm(always, batch_size), 1.0)


# -------------------------------------------------------------------------------- self-normalization


def test_selu():
    case, found = CASES["selu"], theory.self_normalizing_constants()
    assert found.scale == pytest.approx(case["scale"], abs=case["analytic"])
    assert found.alpha == pytest.approx(case["alpha"], abs=case["analytic"])
    of_mean, of_variance = theory.moment_map_jacobian("selu", 0.0, 1.0)[:, 1]
    assert of_mean == pytest.approx(case["dmean_dvariance"], abs=case["analytic"])
    assert of_variance == pytest.approx(case["dvariance_dvariance"], abs=case["analytic"])
