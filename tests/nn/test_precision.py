"""The type a layer computes in, beside flax's own rule."""

import jax
import jax.numpy as jnp
import pytest
from flax import nnx
from flax.nnx.nn import dtypes

from bnact.nn.precision import checked_dtype, computed, in_type_of_input

HALF, SINGLE = jnp.dtype(jnp.bfloat16), jnp.dtype(jnp.float32)


@pytest.mark.parametrize(
    ("given", "dtype", "param_dtype", "expected"),
    [
        (HALF, None, SINGLE, HALF),
        (SINGLE, None, HALF, SINGLE),
        (SINGLE, HALF, SINGLE, HALF),
        (jnp.int8, None, SINGLE, SINGLE),
        (jnp.bool_, None, HALF, HALF),
    ],
)
def test_the_type_is_the_one_asked_for_or_the_inputs_or_the_parameters(given, dtype, param_dtype, expected):
    assert computed(jnp.ones(3, given), dtype, param_dtype).dtype == expected


def test_flaxs_own_rule_widens_and_under_strict_promotion_fails():
    arrays = jnp.ones(3, HALF), jnp.ones((3, 2), SINGLE), None
    ours = in_type_of_input(arrays)
    assert (ours[0].dtype, ours[1].dtype, ours[2]) == (HALF, HALF, None)
    with pytest.raises(jax.dtypes.TypePromotionError):
        dtypes.promote_dtype(arrays)
    with jax.numpy_dtype_promotion("standard"):
        assert dtypes.promote_dtype(arrays)[0].dtype == SINGLE


def test_a_linear_map_takes_it():
    linear = nnx.Linear(3, 2, promote_dtype=in_type_of_input, rngs=nnx.Rngs(0))
    assert linear(jnp.ones((4, 3), HALF)).dtype == HALF


@pytest.mark.parametrize("dtype", [jnp.int32, jnp.complex64, jnp.bool_])
def test_a_type_that_is_not_floating_is_refused(dtype):
    with pytest.raises(
        ValueError, match=r"^layer: dtype must be real floating; got \w+; use dtype=jnp.float32$"
    ):
        checked_dtype("layer", "dtype", dtype)
