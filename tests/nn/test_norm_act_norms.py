"""NormAct with every norm of the registry, and with one made by hand."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact import nn
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
    expected, _ = module.normalization.apply(module._params(), module.state.get_value(), X, train=False)
    module.eval()
    np.testing.assert_allclose(module(X), module.activation(expected), atol=1e-6)


@pytest.mark.parametrize("order", ["before", "after"])
def test_a_norm_with_settings_of_its_own(order):
    norm = group_norm(groups=4, epsilon=0.1)
    module = nn.NormAct(FEATURES, norm, "mish", order)
    assert not module.fused

    def normalized(x):
        return norm.apply(*norm.init(FEATURES), x)[0]

    phi = module.activation
    expected = phi(normalized(X)) if order == "before" else normalized(phi(X))
    np.testing.assert_allclose(module(X), expected, atol=1e-6)
