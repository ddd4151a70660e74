"""bnact.nn.linen's norms under the names of Linen's: fields, variables, outputs and gradients are Linen's.

They are in bnact.nn.linen.batch_norm, bnact.nn.linen.layer_norm and bnact.nn.linen.group_norm.
"""

import dataclasses
import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen

import bnact.nn.linen
from bnact.nn import linen as ours
from tests.nn.norms.beside_flax import MASKS, X, assert_close, assert_gradients_close

SETTINGS = {
    "BatchNorm": [
        {"momentum": 0.9, "axis": 1, "use_fast_variance": False},
        {"use_scale": False, "epsilon": 1e-2},
    ],
    "LayerNorm": [
        {"reduction_axes": (1, 2, 3), "feature_axes": (2, 3)},
        {"use_bias": False, "bias_init": linen.initializers.ones, "dtype": jnp.float32},
    ],
    "RMSNorm": [{"feature_axes": (-1, 1)}, {"use_scale": False}],
    "GroupNorm": [{"num_groups": 4}, {"num_groups": None, "group_size": 2, "reduction_axes": (2, -1)}],
    "InstanceNorm": [
        {"scale_init": linen.initializers.normal(1.0)},
        {"feature_axes": (2, 3), "use_fast_variance": False},
    ],
}
each_case = pytest.mark.parametrize(
    "norm, settings",
    [
        pytest.param(norm, settings, marks=[pytest.mark.slow] if number else [])
        for norm, several in SETTINGS.items()
        for number, settings in enumerate(several)
    ],
)


@pytest.mark.parametrize("norm", SETTINGS)
def test_the_fields_are_those_of_linen(norm):
    one, other = (dataclasses.fields(getattr(library, norm)) for library in (ours, linen))
    assert [(field.name, field.default) for field in one] == [(field.name, field.default) for field in other]


@functools.partial(jax.jit, static_argnames="module", compiler_options={"xla_backend_optimization_level": 0})
def outcome(module, variables, x, mask):
    call = {"use_running_average": False} if hasattr(module, "use_running_average") else {}
    counts = jnp.broadcast_to(mask, x.shape)

    def loss(params, x):
        y, after = module.apply(
            {**variables, "params": params}, x, mask=mask, mutable=["batch_stats"], **call
        )
        return jnp.sum(jnp.where(counts, jnp.cos(y), 0)), (jnp.where(counts, y, 0), after)

    return jax.value_and_grad(loss, argnums=(0, 1), has_aux=True)(variables.get("params", {}), x)


@each_case
def test_outcomes_are_those_of_linen(norm, settings):
    one, other = (getattr(library, norm)(**settings) for library in (ours, linen))
    call = {"use_running_average": False} if norm == "BatchNorm" else {}
    variables, expected = one.init(jax.random.key(0), X, **call), other.init(jax.random.key(0), X, **call)
    jax.tree.map(np.testing.assert_array_equal, variables, expected)
    mask = MASKS["entries"]
    with jax.numpy_rank_promotion("allow"):
        (_, theirs), their_gradients = outcome(other, expected, X, mask)
    (_, results), gradients = outcome(one, variables, X, mask)
    assert_close(results, theirs, 1e-5)
    assert_gradients_close(gradients, their_gradients, 2e-5)


def test_batch_norm_takes_types_as_linen_does():
    x = X.astype(jnp.bfloat16)
    for settings in ({}, {"use_scale": False, "use_bias": False}, {"dtype": jnp.float16}):
        settings["use_running_average"] = False
        one, other = (library.BatchNorm(**settings) for library in (ours, linen))
        y = one.init_with_output(jax.random.key(0), x)[0]
        with jax.numpy_dtype_promotion("standard"), jax.numpy_rank_promotion("allow"):
            assert y.dtype == other.init_with_output(jax.random.key(0), x)[0].dtype


def test_init_takes_one_example_and_no_mapped_axis():
    norm = bnact.nn.linen.BatchNorm(axis_name="batch", use_running_average=False)
    variables = norm.init(jax.random.key(0), jnp.ones((1, 3)))
    np.testing.assert_array_equal(variables["batch_stats"]["mean"], jnp.zeros(3))
    with pytest.raises(ValueError, match="^BatchNorm: training takes statistics over at least 2 values"):
        norm.clone(axis_name=None).apply(variables, jnp.ones((1, 3)), mutable=["batch_stats"])
