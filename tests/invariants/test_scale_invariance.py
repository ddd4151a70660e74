"""Of `bnact.invariants.weight_scale` and `bnact.invariants.scale_assertion`."""

import functools

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.invariants import (
    assert_scale_invariant,
    decayed_step,
    largest_share,
    rescaled_step,
    scale_residuals,
    scaled_gradient,
    scaled_loss,
    step_length,
)
from bnact.normalizations import get
from tests.invariants.wrong import CHANGES, some_slow, with_backward

BOUND = 1e-10


@pytest.fixture(autouse=True)
def float64():
    with jax.enable_x64(True):
        yield


@functools.cache
def loss_and_weights(name, epsilon, shape):
    rng = np.random.default_rng(0)
    norm = get(name)(epsilon=epsilon)
    params, state = norm.init(shape[1])
    x = jnp.asarray(rng.normal(size=shape))
    target = jnp.asarray(rng.normal(size=shape))

    def loss(weights):
        return jnp.mean((jnp.tanh(norm.apply(params, state, x @ weights)[0]) - target) ** 2)

    return loss, jnp.asarray(rng.normal(size=(shape[1], shape[1])))


@functools.partial(jax.jit, static_argnums=0)
def residuals(loss, weights, factor):
    return {
        "scaled_loss": scaled_loss(loss, weights, factor),
        "scaled_gradient": scaled_gradient(loss, weights, factor),
        "step_length": step_length(loss, weights, factor),
        "decayed_step": decayed_step(loss, weights, factor, 0.05),
        "rescaled_step": rescaled_step(loss, weights, 0.3, factor),
    }


@pytest.mark.parametrize("name", some_slow(["batch", "layer", "rms"], "batch"))
@pytest.mark.parametrize("shape", [(9, 4), pytest.param((256, 64), marks=pytest.mark.slow)])
def test_norms_with_epsilon_zero(name, shape):
    loss, weights = loss_and_weights(name, 0.0, shape)
    for factor in (0.3, 1.7, 10.0):
        for identity, residual in residuals(loss, weights, factor).items():
            np.testing.assert_allclose(residual.value, 0, atol=BOUND, err_msg=identity)
            assert largest_share(residual) <= 1, identity


@pytest.mark.slow
def test_an_epsilon_is_noticed():
    for identity, residual in residuals(*loss_and_weights("batch", 0.1, (9, 4)), 1.7).items():
        assert largest_share(residual) > 1e3, identity


# ----------------------------------------------------------------------------------- the assertion


def twin(name, loss, weights):
    if name == "an epsilon":
        return loss_and_weights("batch", 1e-3, weights.shape)[0]
    if name == "weight decay":
        return lambda weights: loss(weights) + 1e-5 * jnp.sum(weights**2)
    if name == "no norm":
        return lambda weights: jnp.mean(jnp.tanh(weights) ** 2)
    if name == "gradient along the weights":
        return lambda weights: (
            loss(weights) + 1e-3 * jnp.sum(weights * (weights - jax.lax.stop_gradient(weights)))
        )
    if name == "zero everywhere":
        return with_backward(loss, lambda gradients: jax.tree.map(jnp.zeros_like, gradients))
    limit = 1.5 * jnp.linalg.norm(weights)
    wrong = jax.custom_vjp(lambda weights: loss(weights))

    def backward(at, cotangent):
        right = jax.grad(loss)(at)
        return (cotangent * jnp.where(jnp.linalg.norm(at) > limit, CHANGES[name](right), right),)

    wrong.defvjp(lambda at: (loss(at), at), backward)
    return wrong


TWINS = [
    *("an epsilon", "weight decay", "no norm", "gradient along the weights", "zero everywhere"),
    *CHANGES,
]


@pytest.mark.parametrize("shape", [pytest.param((6, 6), marks=pytest.mark.slow), (256, 256)])
def test_an_invariant_loss_is_accepted(shape):
    loss, weights = loss_and_weights("batch", 0.0, shape)
    assert_scale_invariant(loss, weights)


@pytest.mark.parametrize("name", some_slow(TWINS, "factor 1.01", "zero everywhere"))
@pytest.mark.parametrize("shape", [pytest.param((6, 6), marks=pytest.mark.slow), (256, 256)])
def test_a_wrong_loss_or_gradient_is_refused(name, shape):
    loss, weights = loss_and_weights("batch", 0.0, shape)
    with pytest.raises(AssertionError, match=r"residual .* exceeds the bound .* of shape \("):
        assert_scale_invariant(twin(name, loss, weights), weights)


def tree_loss(params):
    loss, _ = loss_and_weights("batch", 0.0, (6, 6))
    return loss(params["first"]["kernel"]) * jnp.sum(params["second"] ** 2)


def tree():
    return {"first": {"kernel": loss_and_weights("batch", 0.0, (6, 6))[1]}, "second": jnp.arange(3.0)}


@pytest.mark.slow
def test_leaves_are_chosen_by_their_path():
    assert_scale_invariant(tree_loss, tree(), leaves=lambda path: path == "first/kernel")
    with pytest.raises(AssertionError, match=r"gradient by second: .* \[a=2.0, w=first/kernel, second\]"):
        assert_scale_invariant(tree_loss, tree())


def dense_and_batch_norm(params, x, target):
    """The commonest of layers: the gradient by its bias is rounding and nothing else."""
    y = x @ params["kernel"] + params["bias"][None]
    z = (y - y.mean(0, keepdims=True)) / y.std(0, keepdims=True)
    return jnp.mean((jnp.tanh(z) - target) ** 2)


@pytest.mark.parametrize(
    "leaves, factor",
    [
        (("kernel",), 2.0),
        pytest.param(("kernel",), 3.0, marks=pytest.mark.slow),
        pytest.param(("kernel", "bias"), 3.0, marks=pytest.mark.slow),
        pytest.param(("kernel", "bias"), 2.0, marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("spread", [0.1, pytest.param(0.0, marks=pytest.mark.slow)])
def test_a_bias_before_batch_norm_may_be_there(leaves, factor, spread):
    rng = np.random.default_rng(0)
    x, target, kernel, bias = (
        jnp.asarray(size * rng.normal(size=shape), jnp.float32)
        for size, shape in ((1, (64, 8)), (1, (64, 16)), (1, (8, 16)), (spread, 16))
    )
    params = {"kernel": kernel, "bias": bias}

    def loss(params):
        return dense_and_batch_norm(params, x, target)

    assert_scale_invariant(loss, params, factor, leaves=lambda path: path in leaves)
    identities = jax.jit(
        lambda params: (scaled_gradient(loss, params, 3.0), rescaled_step(loss, params, 0.1, 3.0))
    )
    assert largest_share(identities(params)) <= 1

    def wrong(params):
        slope = params["bias"] - jax.lax.stop_gradient(params["bias"])
        return loss(params) + 1e-4 * jnp.sum(slope) * jnp.sum(params["kernel"] ** 2)

    with pytest.raises(AssertionError, match="gradient by bias"):
        assert_scale_invariant(wrong, params, factor, leaves=lambda path: path in leaves)


@pytest.mark.slow
def test_float32_is_held_to_its_own_tolerance():
    loss, weights = loss_and_weights("batch", 0.0, (256, 64))
    with jax.numpy_dtype_promotion("standard"):
        assert_scale_invariant(lambda weights: loss(weights).astype(jnp.float32), weights.astype(jnp.float32))


@pytest.mark.slow
def test_under_chexify_it_stands_inside_jit():
    loss, weights = loss_and_weights("batch", 0.0, (6, 6))

    def watched(loss):
        def step(weights):
            assert_scale_invariant(loss, weights)
            return loss(weights)

        return chex.chexify(jax.jit(step), async_check=False)

    watched(loss)(weights)
    with pytest.raises(AssertionError, match=r"assert_scale_invariant.*exceeds the bound"):
        watched(twin("weight decay", loss, weights))(weights)


@pytest.mark.parametrize(
    "message, call",
    [
        ("factor must be positive and not 1; got factor=1", {"factor": 1.0}),
        ("factor must be positive and not 1; got factor=-2", {"factor": -2.0}),
        (
            "leaves must choose at least one of the parameters; got none of params",
            {"leaves": lambda path: False},
        ),
        (r"loss must return a real floating scalar; got float\d+\[3\]", {"loss": lambda weights: weights}),
        (r"got \('float\d+\[\]', 'float\d+\[\]'\)", {"loss": lambda weights: (weights[0], 2.0)}),
        (r"loss must return a real floating scalar; got int\d+\[\]", {"loss": lambda weights: 3}),
        ("every parameter must be real floating; got int32", {"params": jnp.arange(3)}),
    ],
)
def test_what_cannot_be_examined_is_an_error(message, call):
    with pytest.raises((ValueError, TypeError), match=message):
        scale_residuals(**{"loss": jnp.sum, "params": jnp.ones(3), **call})


def test_a_loss_that_returns_a_python_number_shows_nothing():
    with pytest.raises(AssertionError, match="silent: some gradient is not 0"):
        assert_scale_invariant(lambda weights: 1.0, jnp.ones(3))  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("function", [scale_residuals, assert_scale_invariant])
@pytest.mark.parametrize("call", [{"factor": 1.0}, {"leaves": lambda path: False}, {"loss": lambda w: w}])
def test_an_error_names_the_function_that_was_called(function, call):
    with pytest.raises(ValueError, match=f"^{function.__name__}: "):
        function(**{"loss": jnp.sum, "params": jnp.ones(3), **call})
