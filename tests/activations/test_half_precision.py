"""float16 and bfloat16: every finite number there is."""

import functools

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest

from bnact.activations import ACTIVATIONS
from bnact.activations.audit.points import every_finite, flushed
from bnact.activations.facts.sampling import sampled

DTYPES = {"float16": np.dtype(np.float16), "bfloat16": np.dtype(ml_dtypes.bfloat16)}
COUNTS = {"float16": 63_488, "bfloat16": 65_280}


@functools.partial(jax.jit, static_argnums=0)
def pulled_back(fn, x, cotangent):
    return jax.vjp(fn, x)[1](cotangent)[0]


def unit(truth, dtype):
    """Spacing of the dtype's numbers at the truth, at least that of the smallest normal number."""
    information = ml_dtypes.finfo(DTYPES[dtype])
    exponent = np.floor(np.log2(np.maximum(np.abs(truth), float(information.smallest_normal))))
    return 2.0 ** (exponent - information.nmant)


def wrong(values, truth, dtype):
    """Which elements are more than one unit off, or not finite though the truth is representable."""
    information = ml_dtypes.finfo(DTYPES[dtype])
    values = np.asarray(values).astype(np.float64)
    representable = np.abs(truth) <= float(information.max)
    subnormal = np.abs(truth) < float(information.smallest_normal)
    allowed = np.where(subnormal, float(information.smallest_normal), unit(truth, dtype))
    with np.errstate(invalid="ignore"):
        return representable & ~(np.abs(values - truth) <= allowed)


# Every activation in float16, where values overflow; a few in bfloat16 too.
A_FEW = ("relu", "tanh", "gelu", "snake", "hard_shrink", "step", "squareplus")
EVERY_NUMBER = [
    pytest.param(name, dtype, marks=[pytest.mark.slow] * (dtype == "bfloat16" and name not in A_FEW))
    for name in ACTIVATIONS
    for dtype in DTYPES
]


@pytest.mark.parametrize("name, dtype", EVERY_NUMBER)
def test_every_finite_number(name, dtype):
    act, x = ACTIVATIONS[name], every_finite(DTYPES[dtype])
    assert x.size == COUNTS[dtype]
    values = sampled(act.curve, x)
    truths = sampled(act.curve, flushed(x))
    for value, truth in zip(values, truths, strict=True):
        assert value.dtype == DTYPES[dtype]
        assert not np.any(wrong(value, truth, dtype))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_gradient_is_rounded_once(name, dtype):
    act, x = ACTIVATIONS[name], every_finite(DTYPES[dtype])
    cotangent = np.full(x.shape, 1.0 / 3.0).astype(x.dtype)
    gradient = pulled_back(act, x, cotangent)
    slope = sampled(act.curve, flushed(x))[1]
    # The product is formed in float32: a slope beyond it is infinite, even if a third of it were not.
    within = np.abs(slope) <= float(jnp.finfo(jnp.float32).max)
    assert gradient.dtype == DTYPES[dtype]
    assert not np.any(within & wrong(gradient, slope * cotangent.astype(np.float64), dtype))


@pytest.mark.parametrize("dtype", DTYPES)
def test_computing_in_half_precision_would_be_caught(dtype):
    x = every_finite(DTYPES[dtype])
    narrow = jax.jit(jax.grad(lambda x: jnp.sum(jax.nn.gelu(x, approximate=False))))(x)
    truth = sampled(ACTIVATIONS["gelu"].curve, x.astype(np.float64))[1]
    assert np.sum(wrong(narrow, truth, dtype)) > 100


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", [name for name, act in ACTIVATIONS.items() if act.inverse is not None])
def test_inverses_keep_the_dtype(name, dtype):
    inverse = ACTIVATIONS[name].inverse
    assert inverse is not None
    assert inverse(np.asarray([0.25, 0.5], DTYPES[dtype])).dtype == DTYPES[dtype]
