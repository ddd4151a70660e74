"""The linear maps are flax's, in value and in gradient."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from bnact import nn

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("height, width", [(8, 8), (5, 7), (1, 2)])
def test_a_convolution_is_flaxs(stride, height, width):
    ours = nn.Convolution(3, 4, nn.normal_with_gain(1.0), stride=stride, rngs=nnx.Rngs(0))
    flaxs = nnx.Conv(3, 4, (3, 3), strides=stride, padding=1, rngs=nnx.Rngs(1))
    ours.bias[...] = jnp.asarray(RNG.normal(size=4), jnp.float32)
    assert flaxs.bias is not None
    flaxs.kernel[...], flaxs.bias[...] = ours.kernel[...], ours.bias[...]
    x = jnp.asarray(RNG.normal(size=(2, height, width, 3)), jnp.float32)
    np.testing.assert_allclose(ours(x), flaxs(x), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(ours(x[None])[0], ours(x), rtol=1e-6)
    assert ours(x[0]).shape == ours(x).shape[1:]

    def loss(map, x):
        return jnp.sum(jnp.sin(map(x)))

    for one, other in zip(
        jax.tree.leaves(nnx.grad(loss, argnums=(0, 1))(ours, x)),
        jax.tree.leaves(nnx.grad(loss, argnums=(0, 1))(flaxs, x)),
        strict=True,
    ):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    "given, dtype, returned", [("bfloat16", None, "bfloat16"), ("float32", "float16", "float16")]
)
def test_the_output_has_the_type_asked_for_or_else_the_inputs(given, dtype, returned):
    for made in (nn.Convolution, nn.dense):
        map = made(3, 4, nn.normal_with_gain(1.0), dtype=dtype, rngs=nnx.Rngs(0))
        assert map(jnp.ones((2, 5, 5, 3), given)).dtype == returned


@pytest.mark.parametrize("made", [nn.Convolution, nn.dense])
def test_a_type_that_is_not_floating_is_refused(made):
    with pytest.raises(ValueError, match="dtype must be real floating; got int32; use dtype=jnp.float32"):
        made(3, 4, nn.normal_with_gain(1.0), dtype=jnp.int32, rngs=nnx.Rngs(0))


def test_a_convolutions_weights_have_the_spread_of_their_fan_in():
    map = nn.Convolution(32, 64, nn.normal_for("relu"), rngs=nnx.Rngs(0))
    assert float(map.kernel[...].std()) == pytest.approx((2 / (9 * 32)) ** 0.5, rel=0.02)


@pytest.mark.parametrize("stride", [0, -1, 1.5, True, (2, 2)])
def test_a_stride_that_is_none_is_refused(stride):
    with pytest.raises(ValueError, match="^Convolution: stride must be a whole number of at least 1; got"):
        nn.Convolution(2, 3, nn.normal_with_gain(1.0), stride=stride, rngs=nnx.Rngs(0))


@pytest.mark.parametrize("shape", [(4, 2), (1, 4, 4, 3), (1, 0, 4, 2), ()])
def test_what_are_no_images_of_these_features_is_refused(shape):
    map = nn.Convolution(2, 3, nn.normal_with_gain(1.0), rngs=nnx.Rngs(0))
    with pytest.raises(ValueError, match=r"^Convolution: x must be of shape \(..., height, width, 2\)"):
        map(jnp.ones(shape))


def test_a_convolution_without_features_is_refused():
    with pytest.raises(ValueError, match="^Convolution: num_features"):
        nn.Convolution(0, 3, nn.normal_with_gain(1.0), rngs=nnx.Rngs(0))
