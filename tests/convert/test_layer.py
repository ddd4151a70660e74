"""The record of a layer."""

import subprocess
import sys

import jax.numpy as jnp
import numpy as np
import pytest

from bnact import convert
from bnact.convert.arrays import plain
from tests.convert.sides import FEATURES, fresh


class Tensor:
    """A value as torch has it: detached, moved and only then read."""

    dtype = "torch.float32"

    def detach(self):
        return self

    def cpu(self):
        return np.arange(3.0)


def test_a_tensor_is_detached_and_moved_first():
    np.testing.assert_array_equal(plain(Tensor()), [0, 1, 2])


def test_axes_of_length_1_fall_away():
    layer = convert.from_haiku({"norm": {"scale": np.ones((1, 1, 1, 6), np.float32)}}, {}, "norm", "layer")
    assert layer.features == 6


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_types_stay(dtype):
    layer = convert.from_nnx({"scale": jnp.ones(3, dtype)}, "rms")
    assert convert.to_nnx(layer).arrays["scale"].dtype == dtype


def test_float64_becomes_float32_without_64_bits():
    layer = convert.from_nnx({"scale": np.ones(3)}, "rms")
    assert convert.to_nnx(layer).arrays["scale"].dtype == "float32"


@pytest.mark.parametrize("kind", ["batch", "layer", "none"])
def test_features_are_told_by_any_array(kind):
    layer = fresh(kind, {}, (None, None)) if kind != "none" else convert.Layer("none")
    assert layer.features == (FEATURES if kind == "batch" else None)


def test_importing_convert_loads_none_of_the_libraries():
    program = "import sys, bnact.convert; print({'torch', 'haiku', 'equinox', 'keras'} & {*sys.modules})"
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert finished.stdout.strip() == "set()"
