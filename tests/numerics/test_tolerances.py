import jax.numpy as jnp
import numpy as np
import pytest

from bnact.numerics.tolerances import TOLERANCES, tolerance


@pytest.mark.parametrize("name", TOLERANCES)
def test_between_one_rounding_and_one_percent_of_a_wrong_factor(name):
    rounding = float(jnp.finfo(name).eps) / 2
    assert rounding < TOLERANCES[name].value < TOLERANCES[name].gradient
    # A gradient wrong by a factor 1.01 is caught wherever the dtype can express it.
    assert TOLERANCES[name].gradient < 0.01 or name == "bfloat16"


@pytest.mark.parametrize("dtype", ["float32", np.float32, jnp.float32, np.dtype("float32")])
def test_any_spelling_of_a_dtype(dtype):
    assert tolerance(dtype) == TOLERANCES["float32"]


def test_the_table_cannot_be_changed():
    with pytest.raises(TypeError):
        TOLERANCES["float32"] = TOLERANCES["float16"]  # pyright: ignore[reportIndexIssue]


def test_a_dtype_without_a_line():
    with pytest.raises(ValueError, match="must be one of float16, bfloat16, float32, float64; got int32"):
        tolerance("int32")
