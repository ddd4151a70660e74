"""How layers stretch and bend a circle: in closed form, and in wide random networks."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact import probes
from bnact.activations import get
from bnact.theory import (
    batch_norm_rate,
    correlation_map,
    correlation_slope,
    curvature_map,
    gain,
    length_growth,
    variance_map,
)
from tests.theory.refusals import assert_refused, call

VARIANCES = np.array([0.2, 1.0, 5.0])


def erf_slopes(q):
    """Of F(K) = 2 / pi arcsin(2 K / (1 + 2 q)), the mean product of two erfs, at K = q: F' and F''."""
    return 4 / np.pi / np.sqrt(1 + 4 * q), 16 * q / np.pi / (1 + 4 * q) ** 1.5


def sin_slopes(q):
    """Of F(K) = exp(-q) sinh(K)."""
    return np.exp(-q) * np.cosh(q), np.exp(-q) * np.sinh(q)


CLOSED = {"erf": erf_slopes, "sin": sin_slopes}


@pytest.mark.parametrize("name", CLOSED)
def test_closed_forms(name):
    first, second = CLOSED[name](VARIANCES)
    chi_1, chi_2 = 1.7 * first, 1.7 * second
    np.testing.assert_allclose(length_growth(name, VARIANCES, 1.7), np.sqrt(chi_1), rtol=1e-9)
    for curvature in (0.0, 0.6):
        expected = np.sqrt(3 * chi_2 / chi_1**2 + curvature**2 / chi_1)
        np.testing.assert_allclose(curvature_map(name, curvature, VARIANCES, 1.7), expected, rtol=1e-9)


def test_a_straight_line_keeps_a_circle():
    assert length_growth("identity", 2.0, 4.0) == pytest.approx(2.0, rel=1e-11)
    assert curvature_map("identity", 0.3, 2.0, 4.0) == pytest.approx(0.15, rel=1e-11)


def test_lengths_need_no_smoothness():
    assert length_growth("relu", 3.0, 2.0) == pytest.approx(1.0, rel=1e-11)
    assert length_growth("relu", 3.0, 2.0) ** 2 == pytest.approx(correlation_slope("relu", 1.0, 3.0, 2.0))


REFUSED = {
    "a kink": (call("curvature_map", "relu", 1.0, 1.0, 2.0), ("kinks", "relu")),
    "a jump": (call("length_growth", "step", 1.0, 2.0), ("jump", "step")),
    "a jump's curvature": (call("curvature_map", "step", 1.0, 1.0, 2.0), ("jump", "step")),
    "unknown": (call("length_growth", "tahn", 1.0, 2.0), ("'tahn'", "tanh")),
    "variance 0": (call("length_growth", "tanh", 0.0, 2.0), ("variance", "0.0")),
    "weights -1": (call("length_growth", "tanh", 1.0, -1.0), ("weight_variance", "-1.0")),
    "weights 0": (call("curvature_map", "tanh", 1.0, 1.0, 0.0), ("weight_variance", "0.0")),
    "curvature -1": (call("curvature_map", "tanh", -1.0, 1.0, 2.0), ("curvature", "-1.0")),
    "curvature NaN": (call("curvature_map", "tanh", np.nan, 1.0, 2.0), ("curvature", "nan")),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused(what):
    assert_refused(*REFUSED[what])


WIDTH, POINTS, DEPTH, NETWORKS = 2048, 64, 3, 5
# Smooth, bounded and not, odd and not; weight and bias variance of each.
SMOOTH = {"tanh": (1.8, 0.1), "erf": (1.5, 0.0), "softplus": (1.2, 0.3)}


@jax.jit
def carried(points, key):
    """(DEPTH, ...) measures of a circle behind every layer; the first pre-activations are the circle.

    The activations share the draws, which cost most.
    """

    def layer(circles, key):
        weight_key, bias_key = jax.random.split(key)
        drawn = jax.random.normal(weight_key, (WIDTH, WIDTH)) / jnp.sqrt(WIDTH)
        bias = jax.random.normal(bias_key, (1, WIDTH))
        circles = {
            name: get(name)(circles[name]) @ drawn * jnp.sqrt(weights) + bias * jnp.sqrt(biases)
            for name, (weights, biases) in SMOOTH.items()
        }
        return circles, {name: measures(h) for name, h in circles.items()}

    return jax.lax.scan(layer, dict.fromkeys(SMOOTH, points), jax.random.split(key, DEPTH))[1]


def measures(h):
    numbers = {"length": probes.curve_length(h), "curvature": probes.curve_curvature(h)}
    return {**numbers, "correlation": probes.curve_correlation(h), "unresolved": probes.curve_unresolved(h)}


def predicted(activation):
    """What theory says behind every layer of a circle of variance 1."""
    weights, biases = SMOOTH[activation]
    variance, length, curvature, correlation, rows = 1.0, 2 * np.pi, 1.0, np.cos(ANGLES), []
    for _ in range(DEPTH):
        length *= length_growth(activation, variance, weights)
        curvature = curvature_map(activation, curvature, variance, weights)
        correlation = correlation_map(activation, np.clip(correlation, -1, 1), variance, weights, biases)
        variance = variance_map(activation, variance, weights, biases)
        rows.append({"length": length, "curvature": curvature, "correlation": correlation})
    return rows


ANGLES = 2 * np.pi * np.arange(POINTS) / POINTS


@pytest.fixture(scope="module")
def networks():
    points = probes.circle(POINTS, WIDTH, jax.random.key(0))
    return [carried(points, jax.random.key(seed)) for seed in range(1, NETWORKS + 1)]


@pytest.mark.slow
@pytest.mark.parametrize("activation", SMOOTH)
def test_a_circle_in_wide_networks(activation, networks):
    runs = [network[activation] for network in networks]
    rows = predicted(activation)
    for layer, expected in enumerate(rows):
        for name, truth in expected.items():
            found = np.stack([run[name][layer] for run in runs])
            found, truth = (found[:, 1:], truth[1:]) if found.ndim > 1 else (found, truth)
            error = found.std(0, ddof=1) / np.sqrt(NETWORKS)
            # Of so few networks the error itself is only roughly known, and widths are finite.
            assert np.all(np.abs(found.mean(0) - truth) < 5 * error + 2e-3 * np.abs(truth)), (name, layer)
        assert max(run["unresolved"][layer] for run in runs) < 1e-3
    length, curvature = rows[-1]["length"], rows[-1]["curvature"]
    # What would be wrong: lengths that grow as squared ones do, a bend that counts once.
    weights = SMOOTH[activation][0]
    squared = length**2 / (2 * np.pi)
    found = np.mean([[run[name][-1] for run in runs] for name in ("length", "curvature")], axis=1)
    assert abs(squared / found[0] - 1) > 0.03
    once = np.sqrt(curvature**2 - 2 * (curvature**2 - 1 / length_growth(activation, 1.0, weights) ** 2) / 3)
    assert abs(once / found[1] - 1) > 0.03


BATCH, UNITS = 1024, 1024


@functools.partial(jax.jit, static_argnums=1)
def carried_behind_batch_norm(key, activation):
    """A circle among a large batch of other inputs: its length and curvature as the norm leaves it."""
    keys = jax.random.split(key, DEPTH + 2)
    rows = jax.random.normal(keys[0], (BATCH, UNITS))
    rows = jnp.concatenate([probes.circle(POINTS, UNITS, keys[1]), rows])

    def layer(h, key):
        drawn = jax.random.normal(key, (UNITS, UNITS)) / jnp.sqrt(UNITS)
        h = get(activation)(h) @ drawn
        others = h[POINTS:]
        h = (h - jnp.mean(others, 0, keepdims=True)) / jnp.std(others, 0, keepdims=True)
        return h, (probes.curve_length(h[:POINTS]), probes.curve_curvature(h[:POINTS]))

    return jax.lax.scan(layer, rows, keys[2:])[1]


def test_behind_batch_norm():
    activation, weights = "tanh", gain("tanh") ** 2
    growth = length_growth(activation, 1.0, weights)
    assert growth**2 == pytest.approx(batch_norm_rate(activation), rel=1e-9)
    runs = [carried_behind_batch_norm(jax.random.key(seed), activation) for seed in range(NETWORKS)]
    (length, curved), errors = np.mean(runs, 0), np.std(runs, 0, ddof=1) / np.sqrt(NETWORKS)
    curvature = 1.0
    for layer in range(DEPTH):
        curvature = curvature_map(activation, curvature, 1.0, weights)
        # Batch and width are finite, by a thousandth a layer.
        assert abs(length[layer] - 2 * np.pi * growth ** (layer + 1)) < 5 * errors[0][layer] + 0.02
        assert abs(curved[layer] - curvature) < 5 * errors[1][layer] + 0.005
    without = 2 * np.pi * length_growth(activation, 1.0, 1.0) ** DEPTH
    assert abs(length[-1] - without) > 20 * errors[0][-1], "the growth without the norm is another"
