"""The backend node tests of ONNX: what its authors say each norm returns, run against bnact."""

import functools
import importlib.util
from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.normalizations import (
    Affine,
    batch_norm,
    group_norm,
    instance_norm,
    layer_norm,
    local_response_norm,
    rms_norm,
    scale_norm,
)
from bnact.numerics import inverse_deviation, moments
from tests.activations.test_onnx import cases

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("onnx") is None, reason="needs the package onnx, which holds the cases"
)


def channels_last(x):
    return jnp.moveaxis(x, 1, -1)


def channels_second(x):
    return jnp.moveaxis(x, -1, 1)


def batch(x, scale, bias, mean, variance, epsilon=1e-5, momentum=0.9, training_mode=0):
    norm = batch_norm(epsilon=epsilon, momentum=momentum)
    _, state = norm.init(len(mean))
    state = state._replace(mean=mean, variance=variance)
    y, state = norm.apply(Affine(scale, bias), state, channels_last(x), train=bool(training_mode))
    return [channels_second(y), state.mean, state.variance] if training_mode else [channels_second(y)]


def flat_from(x, axis):
    """x with one last axis for all from `axis` on."""
    return jnp.reshape(x, (*x.shape[: axis % x.ndim], -1))


def layer(x, scale, bias, axis=-1, epsilon=1e-5):
    flat = flat_from(x, axis)
    norm = layer_norm(epsilon=epsilon)
    y, _ = norm.apply(Affine(scale.ravel(), bias.ravel()), (), flat)
    statistics = moments(flat, -1)
    shape = (*x.shape[: axis % x.ndim], *(1 for _ in x.shape[axis % x.ndim :]))
    mean, inverse = statistics.mean, inverse_deviation(statistics.variance, epsilon)
    return [jnp.reshape(y, x.shape), jnp.reshape(mean, shape), jnp.reshape(inverse, shape)]


def root_mean_square(x, scale, axis=-1, epsilon=1e-5):
    norm = rms_norm(epsilon=epsilon)
    y, _ = norm.apply(Affine(scale.ravel(), None), (), flat_from(x, axis))
    return [jnp.reshape(y, x.shape)]


def group(x, scale, bias, num_groups, epsilon=1e-5):
    norm = group_norm(groups=num_groups, epsilon=epsilon)
    return [channels_second(norm.apply(Affine(scale, bias), (), channels_last(x))[0])]


def instance(x, scale, bias, epsilon=1e-5):
    norm = instance_norm(epsilon=epsilon)
    return [channels_second(norm.apply(Affine(scale, bias), (), channels_last(x))[0])]


def mean_variance(x):
    """Its axes are all but that of the channels, unless it says otherwise, and no case does."""
    norm = batch_norm(epsilon=0.0, use_scale=False, use_bias=False)
    y, _ = norm.apply(*norm.init(x.shape[1]), channels_last(x))
    return [channels_second(y)]


def length(x, axis=-1, p: Literal[1, 2] = 2):
    norm = scale_norm(epsilon=0.0, p=p)
    y, _ = norm.apply(Affine(jnp.ones(()), None), (), jnp.moveaxis(x, axis, -1))
    return [jnp.moveaxis(y, -1, axis)]


def local_response(x, size, alpha=1e-4, beta=0.75, bias=1.0):
    norm = local_response_norm(size=size, alpha=alpha / size, beta=beta, k=bias)
    return [channels_second(norm.apply(Affine(None, None), (), channels_last(x))[0])]


# Each operator: what bnact computes of its inputs and attributes, and how many cases there are.
OPERATORS = {
    "BatchNormalization": (batch, 4),
    "LayerNormalization": (layer, 19),
    "RMSNormalization": (root_mean_square, 19),
    "GroupNormalization": (group, 2),
    "InstanceNormalization": (instance, 2),
    "MeanVarianceNormalization": (mean_variance, 1),
    "LpNormalization": (length, 6),
    "LRN": (local_response, 2),
}
every_operator = pytest.mark.parametrize("operator", OPERATORS)


@functools.cache
def results(operator):
    """[(case, what bnact returns)], each computed as one program."""
    function, _ = OPERATORS[operator]
    return [
        (case, jax.jit(functools.partial(function, **case.attributes))(*case.inputs))
        for case in cases()[operator]
    ]


def assert_conforms(case, outputs):
    for y, expected in zip(outputs, case.outputs, strict=True):
        assert y.dtype == expected.dtype
        assert y.shape == expected.shape
        np.testing.assert_allclose(y, expected, rtol=case.rtol, atol=case.atol)


@every_operator
def test_how_many_cases_there_are(operator):
    assert len(cases()[operator]) == OPERATORS[operator][1]


@every_operator
def test_every_case(operator):
    for case, outputs in results(operator):
        assert_conforms(case, outputs)


@every_operator
def test_two_hundredths_more_are_caught(operator):
    for case, outputs in results(operator):
        for index in range(len(outputs)):
            wrong = [1.02 * y if other == index else y for other, y in enumerate(outputs)]
            with pytest.raises(AssertionError, match="Not equal to tolerance"):
                assert_conforms(case, wrong)
