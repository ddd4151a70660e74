"""bnact.nn.Norm: every norm of the registry as a module, and any that is made by hand."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from bnact import nn
from bnact.nn.held import held_params
from bnact.normalizations import NORMALIZATIONS, filter_response_norm, get, group_norm
from tests.normalizations.every_norm import leading_shape, remembers

FEATURES = 64
# What holds of every norm for one reason is looked at for a few by default.
A_FEW = ("none", "batch", "rms", "batch_renorm", "evonorm_b0", "scale")
NAMES = [name if name in A_FEW else pytest.param(name, marks=pytest.mark.slow) for name in NORMALIZATIONS]
REMEMBERING = [name for name in NORMALIZATIONS if remembers(name)]


def inputs(name="batch", seed=0):
    shape = (*leading_shape(name, 6), FEATURES)
    return jnp.asarray(np.random.default_rng(seed).normal(0.5, 2.0, shape), jnp.float32)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_the_norm_with_its_parameters_by_name(name):
    module, x = nn.Norm(FEATURES, name), inputs(name)
    params, state = get(name)().init(FEATURES)
    for parameter, value in params._asdict().items():
        held = getattr(module, parameter)
        assert (held is None) == (value is None)
        if value is not None:
            assert isinstance(held, nnx.Param)
            np.testing.assert_array_equal(held[...], value)
    expected, after = get(name)().apply(params, state, x)
    np.testing.assert_array_equal(module(x), expected)
    assert isinstance(module.state, nnx.BatchStat)
    jax.tree.map(np.testing.assert_array_equal, module.state.get_value(), after)


@pytest.mark.parametrize("name", REMEMBERING)
def test_evaluation_takes_what_was_remembered_and_leaves_it(name):
    module = nn.Norm(FEATURES, name)
    module(3.0 * inputs())
    state = module.state.get_value()
    params = held_params(module)
    expected, _ = module.normalization.apply(params, state, inputs(), train=False)
    for y in (nnx.view(module, use_running_average=True)(inputs()), module(inputs(), True)):
        np.testing.assert_array_equal(y, expected)
    module.eval()
    np.testing.assert_array_equal(module(inputs()), expected)
    jax.tree.map(np.testing.assert_array_equal, module.state.get_value(), state)


def fields(module):
    return [getattr(module, name) for name in module.parameters._fields]


def test_settings_come_through_the_norm():
    norm = filter_response_norm(learned_epsilon=True)
    module = nn.Norm(FEATURES, norm, param_dtype=jnp.bfloat16, dtype=jnp.float16)
    assert module.normalization is norm
    assert {held[...].dtype for held in fields(module)} == {jnp.dtype(jnp.bfloat16)}
    assert module(inputs()).dtype == jnp.float16
    x, grouped = inputs(), group_norm(groups=4, epsilon=0.1)
    np.testing.assert_array_equal(nn.Norm(FEATURES, grouped)(x), grouped.apply(*grouped.init(FEATURES), x)[0])


def test_masks_mapped_axes_and_gradients():
    x, mask = inputs(), jnp.arange(6)[:, None] < 4
    module = nn.Norm(FEATURES, "batch", axis_name="members")

    def member(x):
        return nn.result_and_parts(nn.pure(module), lambda norm: norm(x))[0]

    divided = jax.vmap(member, axis_name="members")(x.reshape(3, 2, FEATURES))
    np.testing.assert_allclose(divided.reshape(6, FEATURES), nn.Norm(FEATURES)(x), rtol=1e-5, atol=1e-5)
    loss = lambda norm, x: jnp.sum(jnp.cos(norm(x, mask=mask)))  # noqa: E731
    gradients = nnx.jit(nnx.grad(loss))(nn.Norm(FEATURES), x.at[4:].set(jnp.nan))
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(gradients))


def test_modules_of_one_name_are_equal_in_structure():
    assert nn.pure(nn.Norm(FEATURES, "power")).graph == nn.pure(nn.Norm(FEATURES, "power")).graph


def test_errors():
    with pytest.raises(ValueError, match="name must be one of none, batch, .*; got 'bacth'; use 'batch'"):
        nn.Norm(FEATURES, "bacth")
    with pytest.raises(TypeError, match="^Norm: norm must be a name or a Normalization; got 3; use"):
        nn.Norm(FEATURES, 3)  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match="features must be divisible by groups; got features=10, groups=32"):
        nn.Norm(10, "group")
    with pytest.raises(
        ValueError, match="^Norm: dtype must be real floating; got int32; use dtype=jnp.float32$"
    ):
        nn.Norm(FEATURES, dtype=jnp.int32)
