"""The conditions every test runs under; they are set before jax looks for devices."""

import os

# Also for the processes that tests start.
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["MPLBACKEND"] = "agg"

import hypothesis
import jax
import pytest

# Several devices, so that everything that is split over devices is tested split.
jax.config.update("jax_num_cpu_devices", 8)
# No silent change of a type, and no silent broadcast: a user may run with either.
jax.config.update("jax_numpy_dtype_promotion", "strict")
jax.config.update("jax_numpy_rank_promotion", "raise")

# The same examples every time, and no time limit for an example: the first one compiles.
hypothesis.settings.register_profile("bnact", deadline=None, derandomize=True, database=None, max_examples=50)
hypothesis.settings.load_profile("bnact")


@pytest.fixture
def key() -> jax.Array:
    """The random key of a test that needs one."""
    return jax.random.key(0)
