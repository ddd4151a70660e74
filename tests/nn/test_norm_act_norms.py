"""NormAct with every norm of the registry, and with one made by hand."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from bnact import nn
from bnact.nn.held import held_params
from bnact.normalizations import get, group_norm
from tests.normalizations.every_norm import every_norm, every_remembering_norm

FEATURES = 64
X = jnp.asarray(np.random.default_rng(0).normal(0.5, 2.0, (6, FEATURES)), jnp.float32)


@every_norm
def test_it_has_the_parameters_of_the_norm_by_name(name):
    module = nn.NormAct(FEATURES, name)
    params, _ = get(name)().init(FEATURES)
    for parameter, value in params._asdict().items():
        held = getattr(module, parameter)
        assert (held is None) == (value is None)
        if value is not None:
            np.testing.assert_array_equal(held[...], value)
    assert len(jax.tree.leaves(nn.pure(module).params)) == len(jax.tree.leaves(params))


@every_remembering_norm
def test_evaluation_uses_what_was_remembered(name):
    module = nn.NormAct(FEATURES, name, momentum=0.5)
    module(3.0 * X)
    expected, _ = module.normalization.apply(held_params(module), module.state.get_value(), X, train=False)
    module.eval()
    np.testing.assert_allclose(module(X), module.activation(expected), atol=1e-6)


@pytest.mark.parametrize("order", ["before", "after"])
def test_a_norm_with_settings_of_its_own(order):
    norm = group_norm(groups=4, epsilon=0.1)
    module = nn.NormAct(FEATURES, norm, "mish", order)
    assert module.fused

    def normalized(x):
        return norm.apply(*norm.init(FEATURES), x)[0]

    phi = module.activation
    expected = phi(normalized(X)) if order == "before" else normalized(phi(X))
    np.testing.assert_allclose(module(X), expected, atol=1e-6)


@pytest.mark.parametrize("norm", ["batch", "layer", "rms", "none"])
@pytest.mark.parametrize("activation", ["gelu", "prelu"])
@pytest.mark.parametrize("order", ["before", "after"])
def test_what_is_behind_the_mask_reaches_no_gradient(norm, activation, order):
    mask = jnp.arange(X.shape[0])[:, None] < X.shape[0] - 2
    x = jnp.where(mask, X, jnp.nan)
    module = nn.NormAct(FEATURES, norm, activation, order)
    gradient = nnx.grad(lambda module: jnp.sum(jnp.square(module(x, mask=mask))))(module)
    by_x = jax.grad(lambda x: jnp.sum(jnp.square(nnx.clone(module)(x, mask=mask))))(x)
    assert all(bool(jnp.all(jnp.isfinite(leaf))) for leaf in jax.tree.leaves((gradient, by_x)))


def differentiated(fn):
    return jax.grad(lambda x: fn(x).sum())


OUTSIDE = [(transformed, "batch") for transformed in (jax.jit, jax.vmap, differentiated)]
FURTHER = [
    (transformed, norm)
    for transformed in (jax.jit, jax.vmap, differentiated)
    for norm in ("layer", "instance", "power", "none")
]


@pytest.mark.parametrize(
    "transformed, norm", [*OUTSIDE, *(pytest.param(*each, marks=pytest.mark.slow) for each in FURTHER)]
)
def test_evaluation_may_be_inside_of_a_transformation_that_the_module_is_outside_of(transformed, norm):
    x = jnp.ones((2, 3, 4, FEATURES))
    for module in (nn.NormAct(FEATURES, norm, "prelu"), nn.Norm(FEATURES, norm)):
        module.eval()
        assert transformed(module)(x).shape == x.shape
    with_mask = nn.NormAct(FEATURES, "layer", "relu")
    assert transformed(lambda x: with_mask(x, mask=jnp.ones((1, 1), bool)))(x).shape == x.shape


@pytest.mark.parametrize("setting", [{"epsilon": 1e-3}, {"momentum": 0.9}])
def test_settings_beside_a_norm_that_has_its_own_are_refused(setting):
    with pytest.raises(ValueError, match="left out beside a Normalization.*; make the norm with them"):
        nn.NormAct(FEATURES, group_norm(groups=4), **setting)


def test_what_is_neither_a_name_nor_a_norm_is_refused():
    with pytest.raises(TypeError, match="NormAct: norm must be a name or a Normalization; got None"):
        nn.NormAct(FEATURES, None)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("norm", ["batch", "layer", "none"])
@pytest.mark.parametrize("setting", [{"epsilon": -3.0}, {"epsilon": np.inf}, {"momentum": 7.0}])
def test_settings_are_checked_whether_or_not_the_norm_takes_them(norm, setting):
    with pytest.raises(ValueError, match=f"^NormAct: {next(iter(setting))}.* must be .*; got .*; use"):
        nn.NormAct(4, norm, **setting)


def test_a_module_names_no_setting_that_its_norm_does_not_have():
    assert not {"epsilon", "momentum"} & set(vars(nn.NormAct(4, group_norm(groups=2, epsilon=0.1))))
