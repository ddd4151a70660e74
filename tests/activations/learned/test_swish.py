"""bnact.activations.learned.swish: value and all derivatives to second order against 100 digits."""

import functools

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

from bnact.activations import swish

# For value, by x, by beta, by x twice, by both, by beta twice.
UNITS = {"float32": 8.0, "float64": 10.0}

# Zeros of the derivatives in u = beta x, near which what counts is the absolute error.
ZEROS = {1: (-1.2784645427610738,), 3: (-2.399357280515468, 2.399357280515468), 5: (0.0,)}
ZEROS[4] = ZEROS[3]
NEAR = 0.75


@jax.jit
def orders(x, beta):
    """The six, by `jax.grad`."""
    by_x, by_beta = jax.grad(swish, 0), jax.grad(swish, 1)
    six = swish, by_x, by_beta, jax.grad(by_x, 0), jax.grad(by_x, 1), jax.grad(by_beta, 1)
    return [jax.vmap(fn)(x, beta) for fn in six]


def exact(x, beta):
    """The six in 100 digits, written plainly."""
    u = beta * x
    s, rest = 1 / (1 + mpmath.exp(-u)), 1 / (1 + mpmath.exp(u))
    first = s * rest
    second = first * (rest - s)
    bend = 2 * first + u * second
    return x * s, s + u * first, x**2 * first, beta * bend, x * bend, x**3 * second


def points(dtype):
    """x over all magnitudes, and beta such that beta x is within 130 of 0 and so in both tails."""
    rng, reach = np.random.default_rng(0), 37 if dtype == np.float32 else 300
    size = np.concatenate([rng.uniform(-50, 50, 200), 10 ** rng.uniform(-reach, reach, 200)])
    x = (size * rng.choice([-1.0, 1.0], 400)).astype(dtype)
    near = rng.uniform(-20, 20, 200)
    u = rng.permutation(np.concatenate([near, rng.uniform(-130, 130, 200)]))
    with np.errstate(over="ignore"):
        beta = (u / x.astype(np.float64)).astype(dtype)
    kept = np.isfinite(beta) & (np.abs(beta) > np.finfo(dtype).tiny)
    return x[kept], beta[kept]


@functools.cache
def truth(dtype):
    """(points, 6), strings of no more digits than there are: some are no float64."""
    with mpmath.workdps(100):
        x, beta = points(dtype)
        return [exact(mpmath.mpf(float(one)), mpmath.mpf(float(b))) for one, b in zip(x, beta, strict=True)]


def error(values, order, dtype):
    """(points,) errors in units of the last place."""
    information, (x, beta) = np.finfo(dtype), points(dtype)
    smallest, largest = float(information.smallest_normal), float(information.max)
    found = []
    for value, rows, u in zip(values, truth(dtype), x.astype(float) * beta, strict=True):
        expected = rows[order]
        if abs(expected) > largest:
            found.append(0.0 if np.isinf(value) or abs(value) == largest else np.inf)
            continue
        unit = float(information.eps) * 2.0 ** np.floor(float(mpmath.log(max(abs(expected), smallest), 2)))
        near = any(abs(u - zero) < NEAR for zero in ZEROS.get(order, ()))
        if near:
            factor = {1: 1.0, 3: abs(beta[len(found)]), 4: abs(x[len(found)])}.get(order, 0.0)
            unit = max(unit, float(information.eps) / 8.0 * float(factor))
        off = float(abs(mpmath.mpf(float(value)) - expected))
        found.append(0.0 if off < smallest else off / unit)
    return np.array(found)


@pytest.mark.parametrize("order", range(6))
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_tail(dtype, order):
    with jax.enable_x64(dtype == np.float64):
        values = np.asarray(orders(*points(dtype))[order])
    assert values.dtype == dtype
    assert error(values, order, dtype).max() <= UNITS[np.dtype(dtype).name]


@pytest.mark.parametrize("order", range(6))
def test_a_factor_of_one_in_a_hundred_thousand_is_caught(order):
    values = np.asarray(orders(*points(np.float32))[order]) * np.float32(1.00001)
    assert error(values, order, np.float32).max() > UNITS["float32"]


def test_autodiff_of_the_plain_formula_would_be_caught():
    x, beta = points(np.float32)
    plain = jax.vmap(jax.grad(lambda x, beta: x * jax.nn.sigmoid(beta * x), (0, 1)))
    for order, values in zip((1, 2), plain(x, beta), strict=True):
        assert error(np.asarray(values), order, np.float32).max() > 1000.0


@pytest.mark.parametrize(
    "x, beta, value, by_x, by_beta",
    [
        (np.inf, 1.0, np.inf, 1.0, 0.0),
        (-np.inf, 1.0, 0.0, 0.0, 0.0),
        (np.inf, -1.0, 0.0, 0.0, 0.0),
        (-np.inf, -1.0, -np.inf, 1.0, 0.0),
        (np.inf, 0.0, np.inf, 0.5, np.inf),
        (-np.inf, 0.0, -np.inf, 0.5, np.inf),
        (-np.inf, 1e-37, 0.0, 0.0, 0.0),
        (0.0, np.inf, 0.0, 0.5, 0.0),
        (3.0, np.inf, 3.0, 1.0, 0.0),
        (-3.0, np.inf, 0.0, 0.0, 0.0),
        (1e30, 1e30, 1e30, 1.0, 0.0),
        (1e30, -1e30, 0.0, 0.0, 0.0),
        (4.0, 0.0, 2.0, 0.5, 4.0),
    ],
)
def test_infinite_and_large_are_limits(x, beta, value, by_x, by_beta):
    found = jax.value_and_grad(swish, (0, 1))(jnp.float32(x), jnp.float32(beta))
    np.testing.assert_array_equal(jax.tree.leaves(found), np.array([value, by_x, by_beta], np.float32))


@pytest.mark.parametrize("x", [17.0, -17.0, 100.0, -100.0])
def test_negative_beta_mirrors(x):
    pair = jax.value_and_grad(swish, (0, 1))
    value, (by_x, by_beta) = pair(jnp.float32(x), jnp.float32(-1.3))
    mirrored, (of_x, of_beta) = pair(jnp.float32(-x), jnp.float32(1.3))
    assert (value, by_x, by_beta) == (-mirrored, of_x, of_beta)
