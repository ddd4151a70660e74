"""The rule: right by finite differences, caught when wrong, right when derived twice, and frugal."""

import functools
from collections import Counter

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.fused import EPSILON, index_of, rule, switched
from bnact.invariants import NORM_FORMS, Site
from bnact.invariants.identities import residuals_of
from bnact.invariants.site import gradients_of
from bnact.normalizations import STANDARDIZATIONS, Affine, affine, reduced_axes
from bnact.numerics import directional_derivative, jacobian, tolerance
from tests.fused.references import (
    CROSSED,
    CROSSED_PAIRS,
    ORDERS,
    TABLE,
    assert_same,
    drawn,
    fused_pair,
    plain_pair,
    switched_pair,
    value_and_gradients,
)

every_norm = pytest.mark.parametrize("norm", list(STANDARDIZATIONS))
every_order = pytest.mark.parametrize("order", ORDERS)
GRADIENT = tolerance("float64").gradient


def split(flat, shape):
    size = int(np.prod(shape))
    x, scale, bias = jnp.split(jnp.asarray(flat), [size, size + shape[-1]])
    return x.reshape(shape), scale, bias


@functools.partial(jax.jit, static_argnums=2)
def output(index, flat, shape):
    return switched(index, *split(flat, shape), TABLE)


@functools.partial(jax.jit, static_argnums=3)
def pulled_back(index, flat, cotangents, shape):
    back = jax.vjp(lambda flat: switched(index, *split(flat, shape), TABLE), flat)[1]
    return jax.lax.map(lambda cotangent: back(cotangent)[0], cotangents)


def off_the_kinks(norm, order, shape):
    """A point where differences can be taken: no slope jumps nearby, and no norm divides by almost zero."""
    for seed in range(1000):
        flat = np.random.default_rng(seed).normal(0.0, 2.0, int(np.prod(shape)) + 2 * shape[-1])
        x = split(flat, shape)[0]
        given = output(index_of("identity", norm, "before", TABLE), flat, shape) if order == "before" else x
        spread = np.std(
            x if order == "before" else np.maximum(x, 0), reduced_axes(STANDARDIZATIONS[norm], x.ndim)
        )
        if np.min(np.abs(given)) > 0.03 and (norm == "none" or np.min(spread) > 0.3):
            return flat
    raise AssertionError("no point off the kinks")


@pytest.mark.parametrize("norm, order, activation", CROSSED_PAIRS)
def test_gradients_are_those_of_finite_differences(norm, order, activation):
    shape, index = (4, 3), index_of(activation, norm, order, TABLE)
    with jax.enable_x64(True):
        flat = off_the_kinks(norm, order, shape)
        truth = jacobian(lambda flat: output(index, flat, shape), flat).reshape(12, -1)
        computed = pulled_back(index, flat, np.eye(12).reshape(12, *shape), shape)
        np.testing.assert_allclose(computed, truth, rtol=GRADIENT, atol=GRADIENT)
        for wrong in (1.01 * truth, 0 * truth, -truth, np.roll(truth, 1, axis=-1)):
            assert not np.allclose(computed, wrong, rtol=GRADIENT, atol=GRADIENT)


@every_norm
@every_order
def test_directional_derivatives_over_several_leading_axes(norm, order):
    shape, index, rng = (2, 3, 2, 3), index_of("elu", norm, order, TABLE), np.random.default_rng(1)
    with jax.enable_x64(True):
        flat = off_the_kinks(norm, order, shape)
        cotangents = rng.normal(size=(3, *shape))
        gradients = pulled_back(index, flat, cotangents, shape)
        for cotangent, gradient in zip(cotangents, gradients, strict=True):
            direction = rng.normal(size=flat.shape)
            change = directional_derivative(lambda flat: output(index, flat, shape), flat, direction)
            np.testing.assert_allclose(
                np.vdot(cotangent, change), np.vdot(gradient, direction), rtol=GRADIENT
            )


def without_mean_term(norm, r, g, z, axes):
    return r * (g - z * jnp.mean(g * z, axes, keepdims=True))


def without_variance_term(norm, r, g, z, axes):
    return r * (g - jnp.mean(g, axes, keepdims=True) * float(norm.centered))


def dropping(term):
    """A rule whose gradient by the input lacks a term."""

    def pulled(norm):
        right = RIGHT(norm)

        def through(by, own, u, dz):
            *parameters, _ = right(by, own, u, dz)
            axes = (u.ndim - 1,) if norm.axes == "features" else tuple(range(u.ndim - 1))
            d = u - jnp.mean(u, axes, keepdims=True) * float(norm.centered)
            r = 1 / jnp.sqrt(jnp.mean(d * d, axes, keepdims=True) + EPSILON)
            h = affine(by._replace(bias=None), dz)
            return *parameters, term(norm, r, h, d * r, axes)

        return right if norm.axes == "none" else through

    return pulled


def changing(change):
    """A rule whose three gradients are changed."""

    def pulled(norm):
        right = RIGHT(norm)

        def through(*given):
            (scale, bias), own, x = right(*given)
            x, scale, bias = change(x, scale, bias)
            return Affine(scale, bias), own, x

        return right if norm.axes == "none" else through

    return pulled


RIGHT = rule.pulled
WRONG = {
    "factor 1.01": changing(lambda x, scale, bias: (1.01 * x, scale, bias)),
    "zero": changing(lambda x, scale, bias: (0 * x, scale, bias)),
    "sign": changing(lambda x, scale, bias: (-x, scale, bias)),
    "no mean term": dropping(without_mean_term),
    "no variance term": dropping(without_variance_term),
    "scale by 1.01": changing(lambda x, scale, bias: (x, 1.01 * scale, bias)),
    "scale's sign": changing(lambda x, scale, bias: (x, -scale, bias)),
    "bias by 1.01": changing(lambda x, scale, bias: (x, scale, 1.01 * bias)),
    "bias zero": changing(lambda x, scale, bias: (x, scale, 0 * bias)),
}


def compiled(fn, *arguments):
    """`value_and_gradients` in one program: a function that is new each time compiles piece by piece else."""
    return jax.jit(functools.partial(value_and_gradients, fn))(*arguments)


SPOILED = [
    *((norm, order, (6, 4)) for norm in ("batch", "layer", "rms") for order in ORDERS),
    ("batch", "before", (256, 256)),
    pytest.param("layer", "after", (256, 256), marks=pytest.mark.slow),
]


@pytest.mark.parametrize("norm, order, shape", SPOILED)
def test_a_wrong_gradient_is_caught(monkeypatch, norm, order, shape):
    twins = set(WRONG) - (set() if STANDARDIZATIONS[norm].centered else {"no mean term"})
    with jax.enable_x64(True):
        pair, arguments = (norm, order, "tanh"), drawn(*shape)
        expected = compiled(plain_pair(*pair), *arguments)
        assert_same(compiled(switched_pair(*pair), *arguments), expected, "float64")
        for twin in twins:
            monkeypatch.setattr(rule, "pulled", WRONG[twin])
            wrong = compiled(switched_pair(*pair), *arguments)
            with pytest.raises(AssertionError, match="Not equal to tolerance"):
                assert_same(wrong, expected, "float64")


@pytest.mark.parametrize("norm", [name for name in STANDARDIZATIONS if name != "none"])
@every_order
@pytest.mark.parametrize("epsilon", [0.0, 1e-5, 1e-3, 0.1, 1.0])
def test_the_identities_hold(norm, order, epsilon):
    with jax.enable_x64(True):
        here = Site(NORM_FORMS[norm], epsilon, *drawn(6, 4, mean=1.0))
        pair = fused_pair(norm, order, "identity", epsilon)
        for name, residual in residuals_of(here, gradients_of(pair, here)).items():
            np.testing.assert_allclose(residual.value, 0, atol=1e-10, err_msg=name)


def sizes_of_residuals(fn, *arguments):
    """How many arrays of each size the backward pass keeps."""
    return Counter(leaf.size for leaf in jax.tree.leaves(jax.vjp(fn, *arguments)[1]))


@every_norm
@every_order
def test_the_same_residuals_whatever_the_activation(norm, order):
    *arguments, _ = drawn(6, 4, dtype=np.float32)
    kept = [sizes_of_residuals(fused_pair(norm, order, activation), *arguments) for activation in CROSSED]
    assert all(sizes == kept[0] for sizes in kept)
    assert kept[0][24] == 1
    assert set(kept[0]) <= {24, 6, 4, 1}
    # The twin: plain autodiff keeps more tensors.
    assert sizes_of_residuals(plain_pair(norm, order, "mish"), *arguments)[24] > 1


def test_the_switch_keeps_one_tensor():
    x, scale, bias, _ = drawn(6, 4, dtype=np.float32)
    index = index_of("mish", "batch", "before", TABLE)
    kept = sizes_of_residuals(lambda *arguments: switched(index, *arguments, table=TABLE), x, scale, bias)
    assert kept[24] == 1
    # Nor statistics, of which an example has one each: there are 6. The twin: the fixed pair keeps them.
    assert kept[6] == 0
    assert sizes_of_residuals(fused_pair("layer", "before", "mish"), x, scale, bias)[6] > 0
