"""Curves whose length and curvature are known; in wide networks, tests/theory/signals/test_curves.py."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.probes import (
    circle,
    curve_correlation,
    curve_curvature,
    curve_length,
    curve_turning,
    curve_unresolved,
)

POINTS, FEATURES = 128, 7
T = 2 * np.pi * np.arange(POINTS) / POINTS
NUMBERS = {
    "length": curve_length,
    "turning": curve_turning,
    "curvature": curve_curvature,
    "unresolved": curve_unresolved,
}
measured = jax.jit(lambda x: {name: probe(x) for name, probe in NUMBERS.items()})
correlation = jax.jit(curve_correlation)
drawn = jax.jit(lambda key, variance: circle(POINTS, FEATURES, key, variance))


def embedded(*coordinates):
    """A curve in a random subspace of `FEATURES` features, off the centre."""
    rng = np.random.default_rng(0)
    axes = np.linalg.qr(rng.normal(size=(FEATURES, len(coordinates))))[0]
    return jnp.asarray(np.stack(coordinates, 1) @ axes.T + rng.normal(size=FEATURES), jnp.float32)


@pytest.mark.parametrize("variance", [1e-6, 1.0, 40.0])
def test_a_circle(variance):
    x = drawn(jax.random.key(3), variance)
    np.testing.assert_allclose(np.mean(np.square(x), 1), variance, rtol=1e-5)
    found, radius = measured(x), np.sqrt(variance)
    np.testing.assert_allclose(found["length"], 2 * np.pi * radius, rtol=1e-5)
    np.testing.assert_allclose(found["turning"], 2 * np.pi, rtol=1e-4)
    np.testing.assert_allclose(found["curvature"], 1 / radius, rtol=1e-4)
    assert found["unresolved"] < 1e-6
    np.testing.assert_allclose(correlation(x), np.cos(T), atol=2e-6)


def test_circles_of_other_keys_lie_elsewhere():
    x, y = (circle(8, 50, jax.random.key(seed)) for seed in (0, 1))
    assert np.abs(x - y).max() > 0.5
    assert circle(8, 50, jax.random.key(0)).dtype == jnp.float32


CURVES = {
    "ellipse": (
        lambda t: (3 * np.cos(t), np.sin(t)),
        lambda t: (-3 * np.sin(t), np.cos(t)),
        lambda t: (-3 * np.cos(t), -np.sin(t)),
    ),
    "knot": (
        lambda t: (np.sin(t) + 2 * np.sin(2 * t), np.cos(t) - 2 * np.cos(2 * t), -np.sin(3 * t)),
        lambda t: (np.cos(t) + 4 * np.cos(2 * t), -np.sin(t) + 4 * np.sin(2 * t), -3 * np.cos(3 * t)),
        lambda t: (-np.sin(t) - 8 * np.sin(2 * t), -np.cos(t) + 8 * np.cos(2 * t), 9 * np.sin(3 * t)),
    ),
}


@pytest.mark.parametrize("name", CURVES)
def test_curves_against_their_own_derivatives(name):
    place, velocity, acceleration = CURVES[name]
    t = 2 * np.pi * np.arange(4096) / 4096
    v, a = np.stack(velocity(t)), np.stack(acceleration(t))
    speed = np.linalg.norm(v, axis=0)
    across = a - v * np.sum(a * v, 0) / speed**2
    length = 2 * np.pi * np.mean(speed) / np.sqrt(FEATURES)
    turning = 2 * np.pi * np.mean(np.linalg.norm(across, axis=0) / speed)
    found = measured(embedded(*place(T)))
    np.testing.assert_allclose(found["length"], length, rtol=1e-4)
    np.testing.assert_allclose(found["turning"], turning, rtol=1e-4)
    np.testing.assert_allclose(found["curvature"], turning / length, rtol=1e-4)
    # The part of the acceleration along the curve is no curvature: with it the result is another.
    whole = 2 * np.pi * np.mean(np.linalg.norm(a, axis=0) / speed)
    assert abs(whole / turning - 1) > 0.02


def test_a_plane_convex_curve_turns_once_at_any_size():
    for size in (0.1, 1e3):
        found = measured(embedded(3 * size * np.cos(T), size * np.sin(T)))
        np.testing.assert_allclose(found["turning"], 2 * np.pi, rtol=1e-3)


def test_chords_would_be_too_short():
    x = np.asarray(embedded(np.cos(9 * T), np.sin(9 * T)))
    truth = 9 * 2 * np.pi / np.sqrt(FEATURES)
    np.testing.assert_allclose(measured(jnp.asarray(x))["length"], truth, rtol=1e-5)
    chords = np.sum(np.linalg.norm(x - np.roll(x, 1, 0), axis=1)) / np.sqrt(FEATURES)
    assert chords < truth * 0.993


def test_an_odd_number_of_points():
    x = circle(9, 20, jax.random.key(0), 4.0)
    found = measured(x)
    np.testing.assert_allclose(found["length"], 4 * np.pi, rtol=1e-5)
    np.testing.assert_allclose(found["curvature"], 0.5, rtol=1e-4)
    np.testing.assert_allclose(correlation(x), np.cos(2 * np.pi * np.arange(9) / 9), atol=2e-6)


def test_too_few_points_are_told():
    smooth, cornered = embedded(np.cos(3 * T), np.sin(3 * T)), embedded(np.abs(np.cos(T)), np.sin(T))
    fast = embedded(np.cos(50 * T), np.sin(50 * T))
    assert measured(smooth)["unresolved"] < 1e-6
    assert measured(cornered)["unresolved"] > 1e-3
    np.testing.assert_allclose(measured(fast)["unresolved"], 1.0, rtol=1e-5)


def test_correlations_are_means_over_all_pairs():
    x = np.asarray(embedded(np.cos(T) + 0.5, np.sin(2 * T)), np.float64)
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    expected = [np.mean(np.sum(unit * np.roll(unit, -k, 0), 1)) for k in range(POINTS)]
    found = correlation(jnp.asarray(x, jnp.float32))
    np.testing.assert_allclose(found, expected, atol=2e-6)
    centred = (x - x.mean(0)) / np.linalg.norm(x - x.mean(0), axis=1, keepdims=True)
    assert abs(np.mean(np.sum(centred * np.roll(centred, -9, 0), 1)) - found[9]) > 0.05


@pytest.mark.parametrize("size", [1e-25, 1e25])
def test_correlations_at_any_size(size):
    x = size * drawn(jax.random.key(3), 1.0)
    np.testing.assert_allclose(correlation(x), np.cos(T), atol=2e-6)


def test_a_point_has_neither_direction_nor_curvature():
    found = measured(jnp.ones((POINTS, FEATURES)))
    assert found["length"] == 0
    assert np.isnan([found["turning"], found["curvature"], found["unresolved"]]).all()
    assert np.isnan(correlation(jnp.zeros((POINTS, FEATURES)))).all()


def test_members_on_several_devices_and_half_precision():
    mesh = jax.make_mesh((2,), ("members",), axis_types=(jax.sharding.AxisType.Auto,))
    parts = jax.sharding.PartitionSpec("members")
    members = jnp.stack([drawn(jax.random.key(seed), 1.0 + seed) for seed in range(2)])
    divided = jax.jit(jax.shard_map(jax.vmap(measured), mesh=mesh, in_specs=parts, out_specs=parts))
    jax.tree.map(
        lambda found, *expected: np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6),
        divided(members),
        *(measured(member) for member in members),
    )
    found = jax.eval_shape(measured, members[0].astype(jnp.bfloat16))
    assert {(number.shape, number.dtype) for number in found.values()} == {((), jnp.dtype(jnp.float32))}


@pytest.mark.parametrize(
    "probe", [curve_length, curve_turning, curve_curvature, curve_unresolved, curve_correlation]
)
@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        (jnp.ones((3, 5)), ValueError, "must have at least 4 rows; got 3"),
        (jnp.ones((8, 2, 2)), ValueError, r"got shape \(8, 2, 2\)"),
        (jnp.ones((8, 2), int), TypeError, "x must be real floating; got int32"),
    ],
)
def test_a_bad_curve_says_what_is_wrong(probe, x, error, message):
    with pytest.raises(error, match=f"{probe.__name__}: .*{message}"):
        probe(x)


@pytest.mark.parametrize(
    ("count", "features", "message"),
    [
        (0, 5, "count must be an integer of at least 1; got 0"),
        (5, 1, "features must be an integer of at least 2; got 1"),
    ],
)
def test_a_bad_circle_says_what_is_wrong(count, features, message):
    with pytest.raises(ValueError, match=f"circle: {message}"):
        circle(count, features, jax.random.key(0))


@pytest.mark.parametrize("points", [8, 9])
def test_the_share_is_that_of_all_frequencies_above_and_below_nought(points):
    x = np.random.default_rng(0).normal(size=(points, 3))
    terms = np.fft.fft(x - x.mean(0), axis=0)
    frequency = np.abs(np.fft.fftfreq(points, 1 / points))
    squares = frequency**2 * np.sum(np.abs(terms) ** 2, axis=1)
    expected = squares[frequency > points / 4].sum() / squares.sum()
    np.testing.assert_allclose(curve_unresolved(jnp.asarray(x, jnp.float32)), expected, rtol=1e-5)
