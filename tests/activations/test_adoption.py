"""A function that somebody has written already, as an activation."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.activations import ACTIVATIONS, activation_of, get, verify
from bnact.activations.facts.measurement import Facts, measured_facts
from bnact.fused import norm_act
from bnact.theory import gain, output_mass


def smooth_leak(x):
    return jnp.where(x > 1.0, x, jnp.where(x > 0.0, x * x * (2.0 - x), 0.1 * x))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_facts_of_ours_are_found_again(name):
    act = ACTIVATIONS[name]
    facts = measured_facts(act.curve)
    for fact in set(Facts._fields) - {"range", "lipschitz", "limits"}:
        assert getattr(facts, fact) == getattr(act, fact)
    np.testing.assert_allclose(facts.range, act.range, rtol=4e-16, atol=4e-16)
    np.testing.assert_allclose(facts.lipschitz, act.lipschitz, rtol=1e-14)


def test_a_function_becomes_an_activation_whose_facts_are_measured():
    act = activation_of(smooth_leak, "smooth_leak", formula="a leak", source="this test")
    assert (act.name, act.formula, act.source) == ("smooth_leak", "a leak", "this test")
    assert act.range == (-math.inf, math.inf)
    assert act.kinks == (0.0,)
    assert act.breakpoints == (0.0, 1.0)
    assert act.monotone == "strictly"
    assert act.lipschitz == pytest.approx(4.0 / 3.0, abs=1e-14)
    assert act.kink_side == "left"
    assert get(act) is act
    assert hash(act) == hash(act)


def test_everything_takes_it():
    act = activation_of(jax.nn.hard_swish, "theirs")
    assert gain(act) == pytest.approx(1.8138714738, abs=1e-9)
    assert output_mass(act, *act.range) == pytest.approx(1.0, abs=1e-7)
    x = jnp.asarray(np.random.default_rng(0).normal(size=(8, 3)), jnp.float32)
    y, _ = norm_act(x, jnp.ones(3), jnp.zeros(3), activation=act)
    assert y.shape == x.shape
    assert act.lipschitz == pytest.approx(1.5, abs=1e-9)


def test_its_derivatives_are_autodiffs_in_every_type():
    act = activation_of(jnp.sin, "sine")
    x = np.linspace(-3.0, 3.0, 41, dtype=np.float32)
    np.testing.assert_allclose(jax.vmap(jax.grad(act))(x), np.cos(x), rtol=1e-6)
    np.testing.assert_allclose(act.second_derivative(x), -np.sin(x), rtol=1e-6, atol=1e-7)
    half = x.astype(jnp.bfloat16)
    np.testing.assert_array_equal(act(half), jnp.sin(half.astype(jnp.float32)).astype(jnp.bfloat16))


def test_a_better_derivative_and_an_inverse_may_be_given():
    act = activation_of(
        jax.nn.sigmoid, "own", derivative=get("sigmoid").derivative, inverse=jax.scipy.special.logit
    )
    assert act.derivative(np.float32(17.0)) == get("sigmoid").derivative(np.float32(17.0))
    verify(act)
    assert act.inverse is not None
    np.testing.assert_allclose(act.inverse(act(0.5)), 0.5, rtol=1e-6)


def test_a_derivative_at_a_kink_that_is_neither_one_sided_one_is_said_to_be_so():
    assert activation_of(lambda x: jnp.maximum(x, 0.0), "half").kink_side == "neither"
    assert activation_of(lambda x: jnp.where(x >= 0.0, x, 0.0), "right").kink_side == "right"


def test_a_function_that_is_wrong_somewhere_does_not_verify():
    with pytest.raises(AssertionError, match="^own: inverse at .* must be what the function does"):
        verify(activation_of(jnp.tanh, "own", inverse=jnp.sinh))


@pytest.mark.parametrize(
    "fn, message",
    [
        (3.0, "^own: fn must be a function of an array; got float; pass for example"),
        (jnp.sum, "^own: fn must return an array of its input's shape and type; got .*; pass an elementwise"),
        (lambda x: x.astype(jnp.int32), "^own: fn must return an array of its input's shape and type"),
    ],
)
def test_what_is_no_elementwise_function_is_refused(fn, message):
    with pytest.raises(TypeError, match=message):
        activation_of(fn, "own")


@pytest.mark.parametrize("fn", [jax.nn.softmax, lambda x: jnp.cumsum(x, -1), lambda x: x - jnp.mean(x)])
def test_what_mixes_entries_is_refused(fn):
    with pytest.raises(
        ValueError, match="^own: fn must be elementwise, but .*; use the elementwise function"
    ):
        activation_of(fn, "own")


def test_inside_a_traced_function():
    x = np.linspace(-2.0, 2.0, 5, dtype=np.float32)
    traced = jax.jit(lambda x: activation_of(jnp.sin, "sine")(x))
    np.testing.assert_allclose(traced(x), np.sin(x), rtol=1e-6)


@pytest.mark.parametrize("slope", [200.0, 1e6])
def test_a_steep_slope_has_a_bound(slope):
    assert activation_of(lambda x: slope * jnp.maximum(x, 0.0), "steep").lipschitz == slope


@pytest.mark.parametrize(
    "fn", [jnp.square, jnp.exp, jnp.sinh, lambda x: x * jnp.log1p(jnp.abs(x)), lambda x: x * jnp.sin(x)]
)
def test_a_slope_that_grows_for_ever_has_none(fn):
    assert activation_of(fn, "growing").lipschitz == math.inf


def test_a_constant_is_refused():
    with pytest.raises(ValueError, match=r"^own: range must be \(low, high\) with low < high; got"):
        activation_of(lambda x: 0.0 * x, "own")


@pytest.mark.parametrize("point", [math.sqrt(2.0), 1.0 / 3.0, -7.123456789, 50.0, 0.25])
def test_kinks_and_jumps_are_found_anywhere(point):
    kinked = activation_of(lambda x: jnp.where(x > point, x, point), "kinked")
    assert kinked.kinks == pytest.approx((point,), abs=1e-15)
    assert kinked.flat == ((-math.inf, pytest.approx(point, abs=1e-15)),)
    assert kinked.lipschitz == 1.0
    jumping = activation_of(lambda x: jnp.where(x > point, 1.0, -1.0) + x, "jumping")
    assert jumping.jumps == pytest.approx((point,), abs=1e-15)
    assert jumping.lipschitz == math.inf


@pytest.mark.parametrize(
    "fn", [jax.nn.relu, jax.nn.silu, jax.nn.hard_tanh, jnp.tanh], ids=["relu", "silu", "clip", "tanh"]
)
def test_what_is_adopted_keeps_nan_and_has_its_limits(fn):
    act = activation_of(fn, "theirs")
    verify(act)
    ends = np.array([-np.inf, np.inf, np.nan], np.float32)
    np.testing.assert_array_equal(act(ends), np.array([*act.limits, np.nan], np.float32))


@pytest.mark.parametrize("fn, message", [(lambda x: 1.0 / x, "got inf at 0.0"), (jnp.log, "got nan at -4.0")])
def test_a_function_that_is_not_finite_near_zero_is_refused(fn, message):
    with pytest.raises(ValueError, match=f"^own: fn must be finite at every number .*; {message}; give it"):
        activation_of(fn, "own")


def test_a_numpy_function_and_a_name_that_is_none_are_refused():
    with pytest.raises(TypeError, match="^own: fn must be a function that JAX can trace; got Tracer"):
        activation_of(np.tanh, "own")  # pyright: ignore[reportArgumentType]
    with pytest.raises(TypeError, match="^activation_of: name must be a string; got 3"):
        activation_of(jnp.tanh, 3)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("name", ["relu", "softplus", "softplus(beta=2.0)", "shrink"])
def test_a_name_that_another_activation_has(name):
    rule = "^activation_of: name must be one that no other activation has, .*; got .*; use for example 'my_"
    with pytest.raises(ValueError, match=rule):
        activation_of(jnp.tanh, name)


def test_a_function_that_cannot_be_hashed():
    class Unhashable(list):
        def __call__(self, x):
            return jnp.tanh(x)

    with pytest.raises(
        TypeError, match="^own: functions must be hashable, as a record is; .*; use a plain function"
    ):
        activation_of(Unhashable(), "own")
