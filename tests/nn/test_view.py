"""`nnx.view`, `train` and `eval` reach every module with running averages, alone and inside a network."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from bnact import nn

X = jnp.asarray(np.random.default_rng(0).normal(size=(8, 6)), jnp.float32)


class Mixed(nnx.Module):
    """Flax's norm and one of ours, as a user mixes them."""

    def __init__(self):
        self.theirs, self.ours = nnx.BatchNorm(6, rngs=nnx.Rngs(0)), nn.NormAct(6)

    def __call__(self, x):
        return self.ours(self.theirs(x))


MODULES = {
    "NormAct": lambda: nn.NormAct(6),
    "NormAct one after the other": lambda: nn.NormAct(6, fused=False),
    "Norm": lambda: nn.Norm(6),
    "BatchNorm": lambda: nn.BatchNorm(6, rngs=nnx.Rngs(0)),
    "SpectralNorm": lambda: nn.SpectralNorm(nnx.Linear(6, 6, rngs=nnx.Rngs(0)), rngs=nnx.Rngs(1)),
    "MLP": lambda: nn.MLP(6, 3, width=8, depth=3, rngs=nnx.Rngs(0)),
    "mixed": Mixed,
}
every_module = pytest.mark.parametrize("make", MODULES.values(), ids=MODULES)


def remembered(module):
    return jax.tree.leaves(jax.tree.map(np.asarray, nnx.state(module, nnx.BatchStat)))


def changes(module):
    before = remembered(module)
    module(X)
    return any(np.any(one != other) for one, other in zip(before, remembered(module), strict=True))


@every_module
def test_view_train_and_eval(make):
    module = make()
    assert changes(module)
    viewed = nnx.view(module, use_running_average=True)
    y = viewed(X)
    assert not changes(viewed)
    assert changes(make())
    module.eval()
    np.testing.assert_array_equal(module(X), y)
    assert not changes(module)
    module.train()
    assert changes(nnx.view(module))  # which says nothing, and leaves it in training


def test_a_module_left_out_would_be_caught(monkeypatch):
    monkeypatch.delattr(nn.NormAct, "set_view")
    assert changes(nnx.view(Mixed(), use_running_average=True))
    with pytest.raises(ValueError, match="use_running_average"):
        nnx.view(nn.NormAct(6), use_running_average=True)
