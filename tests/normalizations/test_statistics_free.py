"""Dynamic tanh and dynamic erf: curves in the place of norms."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.normalizations import dynamic_erf, dynamic_tanh
from tests.normalizations.every_norm import applied

FIRST = {
    "tanh": (dynamic_tanh(), {"scale": np.ones(3), "bias": np.zeros(3), "alpha": 0.5}),
    "erf": (dynamic_erf(), {"scale": np.ones(3), "bias": np.zeros(3), "alpha": 0.5, "shift": 0.0}),
}


@pytest.mark.parametrize("name", FIRST)
def test_the_first_parameters_are_the_papers(name):
    norm, expected = FIRST[name]
    params, state = norm.init(3)
    assert state == ()
    jax.tree.map(np.testing.assert_array_equal, params._asdict(), expected)
    assert all(leaf.dtype == jnp.float32 for leaf in params)


def test_the_first_values_can_be_chosen():
    assert dynamic_tanh(alpha=0.8).init(3)[0].alpha == np.float32(0.8)
    params, _ = dynamic_erf(alpha=0.8, shift=-0.3).init(3)
    assert (params.alpha, params.shift) == (np.float32(0.8), np.float32(-0.3))


@pytest.mark.parametrize("name", FIRST)
def test_the_ends_are_bounded(name):
    norm, _ = FIRST[name]
    params, state = norm.init(3)
    x = np.array([[-np.inf, np.inf, 3e38]], np.float32)
    np.testing.assert_array_equal(applied(norm, params, state, x)[0], [[-1, 1, 1]])


@pytest.mark.parametrize(
    "name, slope",
    [("tanh", lambda z: 1 / np.cosh(z) ** 2), ("erf", lambda z: 2 / np.sqrt(np.pi) * np.exp(-(z**2)))],
)
def test_the_slope_is_right_in_the_tails(name, slope):
    norm, _ = FIRST[name]
    params, state = norm.init(1)
    x = np.linspace(-17, 17, 101, dtype=np.float32)
    computed = jax.jit(jax.vmap(jax.grad(lambda x: norm.apply(params, state, x[None])[0][0])))(x)
    np.testing.assert_allclose(computed, 0.5 * slope(0.5 * x.astype(np.float64)), rtol=2e-5)
    assert np.all(np.asarray(computed) > 0)


@pytest.mark.parametrize("alpha", [0.0, -1.0, float("inf"), float("nan")])
@pytest.mark.parametrize("make", [dynamic_tanh, dynamic_erf])
def test_alpha_is_positive(make, alpha):
    with pytest.raises(ValueError, match=f": alpha must be finite and above 0; got alpha={alpha}; use 1.0$"):
        make(alpha=alpha)


def test_the_shift_is_finite():
    with pytest.raises(ValueError, match="^dynamic_erf: shift must be finite; got shift=inf; use 0.0$"):
        dynamic_erf(shift=float("inf"))
