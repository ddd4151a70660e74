"""The identities hold of every norm at every epsilon, and each wrong gradient breaks one."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from bnact.invariants import IDENTITIES, Site, weight_projection
from bnact.normalizations import STANDARDIZATIONS, Affine, get, reduced_axes

BOUND = 1e-10
EPSILONS = [0.0, 1e-5, 1e-3, 0.1, 1.0]
# What the smallest, the usual and the largest show, the two between them show again.
FURTHER = (1e-3, 0.1)


def at_every_epsilon(shape):
    return [
        pytest.param(each, shape, marks=[pytest.mark.slow] if each in FURTHER else []) for each in EPSILONS
    ]


CASES = [*at_every_epsilon((256, 256)), (1e-3, (5, 3)), (1e-3, (4, 3, 7))]
NAMES = list(IDENTITIES)


@pytest.fixture(autouse=True)
def float64():
    with jax.enable_x64(True):
        yield


def site(name, shape, epsilon, seed=0):
    rng = np.random.default_rng(seed)
    x, cotangent = jnp.asarray(1 + 2 * rng.normal(size=shape)), jnp.asarray(rng.normal(size=shape))
    scale, bias = jnp.asarray(rng.uniform(0.5, 1.5, shape[-1])), jnp.asarray(rng.normal(size=shape[-1]))
    return Site(STANDARDIZATIONS[name], epsilon, x, scale, bias, cotangent)


@functools.cache
def ours(name, epsilon):
    norm = get(name)(epsilon=epsilon)

    def apply(x, scale, bias):
        params, state = norm.init(x.shape[-1])
        return norm.apply(Affine(scale, None if params.bias is None else bias), state, x)[0]

    return apply


@functools.partial(jax.jit, static_argnums=(0, 1, 2))
def residuals(norm, name, standardization, epsilon, x, scale, bias, cotangent):
    here = Site(standardization, epsilon, x, scale, bias, cotangent)
    return {identity: jnp.max(jnp.abs(fn(norm, here))) for identity, fn in IDENTITIES[name].items()}


@functools.partial(jax.jit, static_argnums=(0, 1))
def residuals_of_gradients(name, standardization, gradients, *arrays):
    """The residuals of any norm whose gradients are these: no identity looks at more of it."""
    return residuals(with_gradients(gradients), name, standardization, *arrays)


@functools.partial(jax.jit, static_argnums=0)
def gradients_of(norm, x, scale, bias, cotangent):
    return jax.vjp(norm, x, scale, bias)[1](cotangent)


def assert_all_zero(largest):
    assert largest == pytest.approx(dict.fromkeys(largest, 0.0), abs=BOUND)


def test_every_fused_norm_of_the_package_has_identities():
    assert set(IDENTITIES) == set(STANDARDIZATIONS) - {"none"}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("epsilon, shape", CASES)
def test_the_norms_of_the_package_satisfy_them(name, epsilon, shape):
    here = site(name, shape, epsilon)
    gradients = gradients_of(ours(name, epsilon), *here[2:])
    assert_all_zero(residuals_of_gradients(name, here.standardization, gradients, *here[1:]))


@pytest.mark.parametrize("name", NAMES)
def test_they_are_asked_of_a_norm_itself(name):
    here = site(name, (9, 4), 1e-3)
    assert_all_zero(residuals(ours(name, 1e-3), name, *here))


def flax_layer_norm(x, scale, bias, epsilon):
    options = {"epsilon": epsilon, "use_fast_variance": False, "param_dtype": x.dtype}
    module = nnx.LayerNorm(x.shape[-1], **options, rngs=nnx.Rngs(0))
    module.scale, module.bias = nnx.Param(scale), nnx.Param(bias)
    return module(x)


def plain_norm(name, x, scale, bias, epsilon):
    """The formula itself, by autodiff, without any of the package's arithmetic."""
    kind = STANDARDIZATIONS[name]
    axes = reduced_axes(kind, x.ndim)
    centred = x - jnp.mean(x, axes, keepdims=True) if kind.centered else x
    z = centred / jnp.sqrt(jnp.mean(centred**2, axes, keepdims=True) + epsilon)
    y = z * jnp.broadcast_to(scale, x.shape)
    return y + jnp.broadcast_to(bias, x.shape) if kind.centered else y


@functools.cache
def plain(name, epsilon):
    return functools.partial(plain_norm, name, epsilon=epsilon)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("epsilon", [0.0, 0.1])
def test_the_plain_formula_satisfies_them(name, epsilon):
    assert_all_zero(residuals(plain(name, epsilon), name, *site(name, (9, 4), epsilon)))


# ------------------------------------------------------------------------------------------ twins


def with_gradients(gradients):
    """A norm whose backward pass is wrong: it returns `gradients`, whatever comes."""

    @jax.custom_vjp
    def wrong(x, scale, bias):
        del scale, bias
        return x

    wrong.defvjp(lambda x, scale, bias: (x, gradients), lambda gradients, cotangent: gradients)
    return wrong


def without_a_term(standardization, epsilon, x, scale, cotangent):
    """The gradient by x less the term of the mean, and less the term of the variance."""
    axes = reduced_axes(standardization, x.ndim)
    centred = x - jnp.mean(x, axes, keepdims=True) if standardization.centered else x
    r = 1 / jnp.sqrt(jnp.mean(centred**2, axes, keepdims=True) + epsilon)
    z, g = centred * r, cotangent * jnp.broadcast_to(scale, x.shape)
    mean_term = jnp.mean(g, axes, keepdims=True) if standardization.centered else jnp.zeros_like(r)
    return r * (g - z * jnp.mean(g * z, axes, keepdims=True)), r * (g - mean_term)


@functools.partial(jax.jit, static_argnums=(0, 1))
def twins(name, standardization, epsilon, x, scale, bias, cotangent):
    """Wrong gradients by x, scale and bias, by what is wrong with them."""

    def gradients(name, epsilon):
        return jax.vjp(functools.partial(plain_norm, name, epsilon=epsilon), x, scale, bias)[1](cotangent)

    by_x, by_scale, by_bias = gradients(name, epsilon)
    without_mean, without_variance = without_a_term(standardization, epsilon, x, scale, cotangent)
    wrong = {
        "factor 1.01": (1.01 * by_x, by_scale, by_bias),
        "zero": (0 * by_x, by_scale, by_bias),
        "sign": (-by_x, by_scale, by_bias),
        "no variance term": (without_variance, by_scale, by_bias),
        "other axis": gradients("layer" if name == "batch" else "batch", 1e-3),
        "transposed": (by_x.T, by_scale, by_bias),
        "everything by 1.01": (1.01 * by_x, 1.01 * by_scale, 1.01 * by_bias),
        "everything zero": (0 * by_x, 0 * by_scale, 0 * by_bias),
        "scale by 1.01": (by_x, 1.01 * by_scale, by_bias),
        "scale's sign": (by_x, -by_scale, by_bias),
    }
    if standardization.centered:
        wrong["no mean term"] = (without_mean, by_scale, by_bias)
        wrong["bias by 1.01"] = (by_x, by_scale, 1.01 * by_bias)
    return wrong


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("epsilon", EPSILONS)
@pytest.mark.parametrize("shape", [(6, 6), (256, 256)])
def test_a_wrong_gradient_breaks_one(name, epsilon, shape):
    here = site(name, shape, epsilon)
    for twin, gradients in twins(name, *here).items():
        largest = residuals_of_gradients(name, here.standardization, gradients, *here[1:])
        assert max(largest.values()) > 1e3 * BOUND, twin


@pytest.mark.parametrize(
    "identity, twin",
    [
        ("input_gradient_sum", "no mean term"),
        ("earlier_bias_gradient", "no mean term"),
        ("input_gradient_projection", "no variance term"),
        ("input_gradient_projection", "factor 1.01"),
        ("input_gradient_energy", "factor 1.01"),
        ("input_gradient_energy", "zero"),
        ("input_gradient_energy", "sign"),
        ("scale_gradient", "scale by 1.01"),
        ("bias_gradient", "bias by 1.01"),
    ],
)
def test_each_identity_sees_what_it_is_there_for(identity, twin):
    here = site("batch", (6, 6), 1e-3)
    gradients = twins("batch", *here)[twin]
    largest = residuals_of_gradients("batch", here.standardization, gradients, *here[1:])
    assert largest[identity] > 1e3 * BOUND


# ---------------------------------------------------------------------------------------- weights


@functools.partial(jax.jit, static_argnums=(0, 1))
def weight_residual(norm, standardization, epsilon, x, scale, bias, cotangent, weights):
    return weight_projection(norm, Site(standardization, epsilon, x, scale, bias, cotangent), weights)


@functools.partial(jax.jit, static_argnums=0)
def weight_residual_without_a_term(standardization, epsilon, x, scale, bias, cotangent, weights):
    """That of a norm whose gradient lacks the term of the variance."""
    _, without_variance = without_a_term(standardization, epsilon, x @ weights, scale, cotangent)
    norm = with_gradients((without_variance, scale, bias))
    return weight_residual(norm, standardization, epsilon, x, scale, bias, cotangent, weights)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("epsilon, shape", [*at_every_epsilon((9, 5)), (1e-3, (256, 256))])
def test_the_weights_that_feed_a_norm(name, epsilon, shape):
    here, weights = site(name, shape, epsilon), np.random.default_rng(1).normal(size=(shape[1], shape[1]))
    weights = jnp.asarray(weights / shape[1] ** 0.5)
    residual = weight_residual(ours(name, epsilon), *here, weights)
    assert residual.shape == ((shape[1],) if name == "batch" else ())
    np.testing.assert_allclose(residual, 0, atol=BOUND)
    assert np.max(np.abs(weight_residual_without_a_term(*here, weights))) > 1e3 * BOUND


# ------------------------------------------------------------------------------------- the others


@pytest.mark.parametrize("epsilon", [1e-5, 0.1])
def test_flax_may_be_put_under_them(epsilon):
    peer = functools.partial(flax_layer_norm, epsilon=epsilon)
    with jax.numpy_dtype_promotion("standard"):
        assert_all_zero(residuals(peer, "layer", *site("layer", (9, 4), epsilon)))


def test_another_epsilon_is_noticed():
    largest = residuals(ours("batch", 1e-3), "batch", *site("batch", (9, 4), 1e-5))
    assert largest["input_gradient_projection"] > 1e-6
