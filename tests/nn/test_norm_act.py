"""NormAct: the fused pair is the unfused one, and its running averages are flax's."""

import functools
import inspect

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from bnact import nn
from bnact.activations import ACTIVATIONS
from bnact.normalizations import NORMALIZATIONS, STANDARDIZATIONS
from bnact.numerics import tolerance
from tests.normalizations.every_norm import leading_shape, of_rank, remembers

FEATURES = 64  # two for each of 32 groups
BOUND = tolerance("float32")
every_norm = pytest.mark.parametrize("norm", list(NORMALIZATIONS))
every_fused_norm = pytest.mark.parametrize("norm", list(STANDARDIZATIONS))
every_order = pytest.mark.parametrize("order", ["before", "after"])


def inputs(*leading, norm="batch", seed=0):
    shape = (*leading_shape(norm, *leading), FEATURES)
    return jnp.asarray(np.random.default_rng(seed).normal(0.5, 2.0, shape), jnp.float32)


def made(norm, order, fused=True, **settings):
    """A NormAct whose scale and bias are not the first ones."""
    module = nn.NormAct(FEATURES, norm, "mish", order, fused, **settings)
    for parameter, start in ((module.scale, 0.5), (module.bias, -1.0)):
        if parameter is not None and parameter.ndim > 0:
            parameter[...] = jnp.linspace(start, start + 1, FEATURES, dtype=parameter.dtype)
    return module


@functools.partial(jax.jit, static_argnames=("graph", "running"))
def outcome(graph, params, state, x, mask=None, running=False):
    """Output, state afterwards, and gradients by the parameters and x."""

    def loss(params, x):
        y, after = nn.result_and_parts(
            nn.Pure(graph, params, state), lambda module: module(x, running, mask=mask)
        )
        return jnp.sum(jnp.cos(y)), (y, after.state)

    (_, (y, after)), gradients = jax.value_and_grad(loss, argnums=(0, 1), has_aux=True)(params, x)
    return y, jax.tree.leaves(after), jax.tree.leaves(gradients)


def assert_equal_outcomes(one, other):
    for bound, left, right in zip((BOUND.value, BOUND.value, BOUND.gradient), one, other, strict=True):
        jax.tree.map(lambda a, b, r=bound: np.testing.assert_allclose(a, b, rtol=r, atol=r), left, right)


@every_fused_norm
@every_order
def test_fused_equals_unfused(norm, order):
    fused, unfused = made(norm, order), made(norm, order, fused=False)
    assert fused.fused
    assert not unfused.fused
    assert_equal_outcomes(outcome(*nn.pure(fused), inputs(6)), outcome(*nn.pure(unfused), inputs(6)))


@every_order
def test_the_comparison_catches_another_epsilon(order):
    fused, other = made("batch", order), made("batch", order, fused=False, epsilon=1e-2)
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        assert_equal_outcomes(outcome(*nn.pure(fused), inputs(6)), outcome(*nn.pure(other), inputs(6)))


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation(activation):
    module, x = nn.NormAct(FEATURES, "batch", activation), inputs(6)
    other = nn.NormAct(FEATURES, "batch", activation, fused=False)
    np.testing.assert_allclose(module(x), other(x), rtol=BOUND.value, atol=BOUND.value)


@pytest.mark.parametrize("momentum", [0.0, 0.9, 0.99])
@pytest.mark.parametrize("fused", [True, False])
def test_running_averages_are_those_of_flax(momentum, fused):
    module = nn.NormAct(FEATURES, "batch", "relu", fused=fused, momentum=momentum)
    peer = nnx.BatchNorm(FEATURES, momentum=momentum, use_fast_variance=False, rngs=nnx.Rngs(0))
    with jax.numpy_rank_promotion("allow"):
        for seed in range(3):
            x = inputs(6, seed=seed)
            np.testing.assert_allclose(module(x), nnx.relu(peer(x)), rtol=1e-5, atol=1e-5)
        mean, variance, count, _ = module.state.get_value()
        np.testing.assert_allclose(mean, peer.mean[...], rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(variance, peer.var[...], rtol=1e-5)
        assert count == 3
        module.eval()
        peer.eval()
        x = inputs(6, seed=9)
        np.testing.assert_allclose(module(x), nnx.relu(peer(x)), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("order", ["before", "after"])
def test_after_training_the_running_averages_serve_and_stay(order):
    module = made("batch", order, momentum=0.5)
    module(inputs(6))
    state = jax.tree.map(np.asarray, module.state.get_value())
    x = inputs(6, seed=1)
    batch = made("batch", order, momentum=0.5)(x)
    module.eval()
    assert module.use_running_average
    y = module(x)
    jax.tree.map(np.testing.assert_array_equal, module.state.get_value(), state)
    assert np.max(np.abs(y - batch)) > 0.01
    # An example by itself is treated as among others.
    np.testing.assert_allclose(module(x[0]), y[0], rtol=1e-5, atol=1e-6)
    module.train()
    np.testing.assert_allclose(module(x), batch, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(module(x, use_running_average=False), module(x))


@pytest.mark.parametrize("norm", [norm for norm in NORMALIZATIONS if not remembers(norm)])
def test_without_memory_training_makes_no_difference(norm):
    module, x = made(norm, "before"), inputs(6, norm=norm)
    np.testing.assert_array_equal(module(x), module(x, use_running_average=True))


@every_norm
@every_order
def test_what_is_masked_does_not_count(norm, order):
    module, x = made(norm, order), inputs(6, norm=norm)
    mask = of_rank(norm, jnp.arange(6)[:, None] < 4)
    y, state, _ = outcome(*nn.pure(module), x.at[4:].set(jnp.nan), mask)
    expected, expected_state, _ = outcome(*nn.pure(module), x[:4])
    np.testing.assert_allclose(y[:4], expected, rtol=BOUND.value, atol=BOUND.value)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6), state, expected_state)


@every_norm
def test_nnx_grad_and_jit(norm):
    module, x = made(norm, "before"), inputs(6, norm=norm)
    loss = lambda module, x: jnp.sum(jnp.cos(module(x)))  # noqa: E731
    gradients = nnx.jit(nnx.grad(loss))(module, x)
    expected = outcome(*nn.pure(made(norm, "before")), x)[2][:-1]
    for one, other in zip(jax.tree.leaves(gradients), expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=BOUND.gradient, atol=BOUND.gradient)
    if remembers(norm):
        assert module.state.get_value().count == 1


def test_equal_modules_are_equal_in_structure():
    assert nn.pure(made("batch", "after")).graph == nn.pure(made("batch", "after")).graph
    assert nn.pure(made("batch", "after")).graph != nn.pure(made("batch", "before")).graph


@pytest.mark.parametrize("dtype", [jnp.float16, jnp.bfloat16])
@every_norm
def test_half_precision_keeps_its_type(norm, dtype):
    module, x = made(norm, "before"), inputs(6, norm=norm).astype(dtype)
    y = module(x)
    assert y.dtype == dtype
    expected = made(norm, "before")(x.astype(jnp.float32))
    np.testing.assert_allclose(y.astype(jnp.float32), expected, rtol=0.01, atol=0.01)
    assert all(leaf.dtype in (jnp.float32, jnp.int32) for leaf in jax.tree.leaves(nn.pure(module).state))


@every_norm
@pytest.mark.parametrize("fused", [True, False])
def test_a_type_of_its_own_is_that_of_the_output_and_not_of_the_statistics(norm, fused):
    x = inputs(6, norm=norm)
    module = made(norm, "before", fused, dtype=jnp.bfloat16, param_dtype=jnp.float16)
    y = module(x)
    assert y.dtype == jnp.bfloat16
    parts = nn.pure(module)
    assert {leaf.dtype for leaf in jax.tree.leaves(parts.params)} <= {jnp.dtype(jnp.float16)}
    assert all(leaf.dtype in (jnp.float32, jnp.int32) for leaf in jax.tree.leaves(parts.state))
    rounded = x.astype(jnp.bfloat16).astype(jnp.float32)
    np.testing.assert_allclose(y.astype(jnp.float32), made(norm, "before")(rounded), rtol=0.02, atol=0.02)


def test_every_norm_of_the_registry_can_be_made_with_its_settings():
    for norm, factory in NORMALIZATIONS.items():
        x, tiny = inputs(6, norm=norm), 1e-3 * inputs(6, norm=norm)
        settings = {
            name: 0.5 for name in inspect.signature(factory).parameters if name in ("epsilon", "momentum")
        }
        params, state = factory(**settings).init(FEATURES)
        made_here = nn.NormAct(FEATURES, norm, epsilon=0.5, momentum=0.5).normalization
        for train, each in ((True, x), (True, tiny), (False, tiny)):
            expected, state_there = factory(**settings).apply(params, state, each, train=train)
            y, state_here = made_here.apply(params, state, each, train=train)
            np.testing.assert_array_equal(y, expected)
            jax.tree.map(np.testing.assert_array_equal, state_here, state_there)


@pytest.mark.parametrize(
    "norm, scale, bias", [("batch", 1, 1), ("layer", 1, 1), ("rms", 1, 0), ("none", 0, 0)]
)
def test_only_the_parameters_the_norm_has(norm, scale, bias):
    module = nn.NormAct(FEATURES, norm)
    assert (module.scale is not None, module.bias is not None) == (scale, bias)


def test_errors():
    message = (
        "^NormAct: order must be 'before' or 'after', where the norm stands; got 'first'; use one of the two$"
    )
    with pytest.raises(ValueError, match=message):
        nn.NormAct(FEATURES, order="first")
    with pytest.raises(ValueError, match="must be one of none, batch, .*; got 'bacth'; use 'batch'"):
        nn.NormAct(FEATURES, "bacth")
    with pytest.raises(ValueError, match="got 'rellu'; nearest: relu"):
        nn.NormAct(FEATURES, activation="rellu")
    with pytest.raises(ValueError, match="num_features must be at least 1"):
        nn.NormAct(0)
    for name in ("dtype", "param_dtype"):
        with pytest.raises(
            ValueError, match=f"^NormAct: {name} must be real floating; got int32; use {name}=jnp.float32$"
        ):
            nn.NormAct(FEATURES, **{name: jnp.int32})
    with pytest.raises(ValueError, match="^batch_norm: training takes statistics over at least 2 examples"):
        nn.NormAct(FEATURES)(inputs(1))


@every_order
def test_examples_divided_over_a_mapped_axis_are_one_batch(order):
    x = inputs(4, 8)
    whole, divided = (made("batch", order, axis_name=name) for name in (None, "members"))

    def member(x):
        y, parts = nn.result_and_parts(nn.pure(divided), lambda module: module(x))
        return y, jax.tree.leaves(parts.state)

    y, state = jax.vmap(member, axis_name="members")(x)
    np.testing.assert_allclose(y.reshape(32, FEATURES), whole(x.reshape(32, FEATURES)), atol=1e-5)
    for leaf, there in zip(jax.tree.leaves(nn.pure(whole).state), state, strict=True):
        np.testing.assert_allclose(there, np.broadcast_to(leaf, there.shape), rtol=1e-5, atol=1e-8)
