"""The identities hold of every norm at every epsilon, and each wrong gradient breaks one."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from bnact.invariants import IDENTITIES, Site, weight_projection
from bnact.normalizations import NORMALIZATIONS, STANDARDIZATIONS, Affine, get, reduced_axes

BOUND = 1e-10
EPSILONS = [0.0, 1e-5, 1e-3, 0.1, 1.0]
SHAPES = [(5, 3), (4, 3, 7), (256, 256)]
CASES = [*((epsilon, (256, 256)) for epsilon in EPSILONS), *((1e-3, shape) for shape in SHAPES[:2])]
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


@functools.partial(jax.jit, static_argnums=(0, 1, 2, 3))
def residuals(norm, name, standardization, epsilon, x, scale, bias, cotangent):
    here = Site(standardization, epsilon, x, scale, bias, cotangent)
    return {identity: residual(norm, here) for identity, residual in IDENTITIES[name].items()}


def largest_residuals(norm, name, here):
    values = residuals(norm, name, here.standardization, here.epsilon, *here[2:])
    return {identity: float(np.max(np.abs(value))) for identity, value in values.items()}


def test_every_norm_of_the_package_has_identities():
    assert set(IDENTITIES) == set(NORMALIZATIONS) - {"none"}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("epsilon, shape", CASES)
def test_the_norms_of_the_package_satisfy_them(name, epsilon, shape):
    here = site(name, shape, epsilon)
    largest = largest_residuals(ours(name, epsilon), name, here)
    assert largest == pytest.approx(dict.fromkeys(largest, 0.0), abs=BOUND)


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


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("epsilon", [0.0, 0.1])
def test_the_plain_formula_satisfies_them(name, epsilon):
    largest = largest_residuals(
        functools.partial(plain_norm, name, epsilon=epsilon), name, site(name, (9, 4), epsilon)
    )
    assert largest == pytest.approx(dict.fromkeys(largest, 0.0), abs=BOUND)


# ------------------------------------------------------------------------------------------ twins


def with_gradients(gradients):
    """A norm whose backward pass is wrong: it returns `gradients`, whatever comes."""

    @jax.custom_vjp
    def wrong(x, scale, bias):
        del scale, bias
        return x

    wrong.defvjp(lambda x, scale, bias: (x, gradients), lambda gradients, cotangent: gradients)
    return wrong


@functools.partial(jax.jit, static_argnums=(0, 1))
def residuals_of_gradients(name, standardization, gradients, epsilon, x, scale, bias, cotangent):
    here = Site(standardization, epsilon, x, scale, bias, cotangent)
    norm = with_gradients(gradients)
    return {
        identity: jnp.max(jnp.abs(residual(norm, here))) for identity, residual in IDENTITIES[name].items()
    }


@functools.partial(jax.jit, static_argnums=(0, 4))
def right_gradients(norm, x, scale, bias, standardization, epsilon, cotangent):
    """The right gradients by x, scale and bias, and the one by x without either of its two sums."""
    axes = reduced_axes(standardization, x.ndim)
    centred = x - jnp.mean(x, axes, keepdims=True) if standardization.centered else x
    r = 1 / jnp.sqrt(jnp.mean(centred**2, axes, keepdims=True) + epsilon)
    z, g = centred * r, cotangent * jnp.broadcast_to(scale, x.shape)
    mean_term = jnp.mean(g, axes, keepdims=True) if standardization.centered else jnp.zeros_like(r)
    without_mean = r * (g - z * jnp.mean(g * z, axes, keepdims=True))
    without_variance = r * (g - mean_term)
    return jax.vjp(norm, x, scale, bias)[1](cotangent), without_mean, without_variance


@functools.partial(jax.jit, static_argnums=0)
def plain_gradients(name, x, scale, bias, cotangent):
    return jax.vjp(functools.partial(plain_norm, name, epsilon=1e-3), x, scale, bias)[1](cotangent)


def twins(name, here):
    """Wrong gradients by x, scale and bias, by what is wrong with them."""
    fixed = (here.x, here.scale, here.bias, here.standardization, here.epsilon, here.cotangent)
    (x, scale, bias), without_mean, without_variance = right_gradients(ours(name, here.epsilon), *fixed)
    other = "layer" if name == "batch" else "batch"
    wrong = {
        "factor 1.01": (1.01 * x, scale, bias),
        "zero": (0 * x, scale, bias),
        "sign": (-x, scale, bias),
        "no variance term": (without_variance, scale, bias),
        "other axis": plain_gradients(other, *here[2:]),
        "transposed": (x.T, scale, bias),
        "everything by 1.01": (1.01 * x, 1.01 * scale, 1.01 * bias),
        "everything zero": (0 * x, 0 * scale, 0 * bias),
        "scale by 1.01": (x, 1.01 * scale, bias),
        "scale's sign": (x, -scale, bias),
    }
    if here.standardization.centered:
        wrong["no mean term"] = (without_mean, scale, bias)
        wrong["bias by 1.01"] = (x, scale, 1.01 * bias)
    return wrong


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("epsilon", EPSILONS)
@pytest.mark.parametrize("shape", [(6, 6), (256, 256)])
def test_a_wrong_gradient_breaks_one(name, epsilon, shape):
    here = site(name, shape, epsilon)
    for twin, gradients in twins(name, here).items():
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
    gradients = twins("batch", here)[twin]
    largest = residuals_of_gradients("batch", here.standardization, gradients, *here[1:])
    assert largest[identity] > 1e3 * BOUND


# ---------------------------------------------------------------------------------------- weights


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("epsilon, shape", [*((epsilon, (9, 5)) for epsilon in EPSILONS), (1e-3, (256, 256))])
def test_the_weights_that_feed_a_norm(name, epsilon, shape):
    here, weights = site(name, shape, epsilon), np.random.default_rng(1).normal(size=(shape[1], shape[1]))
    weights = jnp.asarray(weights / shape[1] ** 0.5)
    residual = jax.jit(lambda weights: weight_projection(ours(name, epsilon), here, weights))(weights)
    assert residual.shape == ((shape[1],) if name == "batch" else ())
    np.testing.assert_allclose(residual, 0, atol=BOUND)
    wrong = with_gradients(twins(name, here._replace(x=here.x @ weights))["no variance term"])
    wrong_residual = jax.jit(lambda weights: weight_projection(wrong, here, weights))(weights)
    assert np.max(np.abs(wrong_residual)) > 1e3 * BOUND


# ------------------------------------------------------------------------------------- the others


@pytest.mark.parametrize("epsilon", [1e-5, 0.1])
def test_flax_may_be_put_under_them(epsilon):
    peer = functools.partial(flax_layer_norm, epsilon=epsilon)
    with jax.numpy_dtype_promotion("standard"):
        largest = largest_residuals(peer, "layer", site("layer", (9, 4), epsilon))
    assert largest == pytest.approx(dict.fromkeys(largest, 0.0), abs=BOUND)


def test_another_epsilon_is_noticed():
    largest = largest_residuals(ours("batch", 1e-5), "batch", site("batch", (9, 4), 1e-3))
    assert largest["input_gradient_projection"] > 1e-6
