"""The identities that training can watch: held by every pair, broken by every wrong backward pass."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact import data
from bnact.fused import index_of, switched, table_of
from bnact.nn import SwitchNormAct
from bnact.normalizations import STANDARDIZATIONS
from bnact.training import Setting, train_population
from bnact.training.watch import worst_share

ACTIVATIONS = ("relu", "tanh", "gelu", "hard_shrink")
TABLE = table_of(ACTIVATIONS)
NORMS = [name for name in STANDARDIZATIONS if name != "none"]
PAIRS = [
    (activation, norm, order) for activation in ACTIVATIONS for norm in NORMS for order in ("before", "after")
]
RIGHT = {"x": 1.0, "reversed": 0.0, "added": 0.0, "scale": 1.0, "bias": 1.0}
WRONG = {
    "factor 1.01": {"x": 1.01},
    "zero": {"x": 0.0},
    "sign": {"x": -1.0},
    "not finite": {"x": jnp.nan},
    "a mean not subtracted": {"added": 0.01},
    "a reversed axis": {"x": 0.0, "reversed": 1.0},
    "scale": {"scale": 1.01},
    "no gradient for the bias": {"bias": 0.0},
}


def with_backward(change):
    """The pair with a backward pass that differs from its own by a change."""

    def pair(index, x, scale, bias, table):
        @jax.custom_vjp
        def called(x, scale, bias):
            return switched(index, x, scale, bias, table)

        def forward(*given):
            return jax.vjp(lambda x, scale, bias: switched(index, x, scale, bias, table), *given)

        def backward(pulled, above):
            x, scale, bias = pulled(above)
            changed = change["x"] * x + change["reversed"] * x[::-1] + change["added"]
            return changed, change["scale"] * scale, change["bias"] * bias

        called.defvjp(forward, backward)
        return called(x, scale, bias)

    return pair


@functools.cache
def compiled(shape):
    """The share by index and change, both data: one program for all pairs and all that is wrong."""

    def share(index, change):
        module = SwitchNormAct(shape[-1], index, TABLE)
        module.scale.set_value(jnp.linspace(0.5, 2.0, shape[-1]))
        module.bias.set_value(jnp.linspace(-1.0, 1.0, shape[-1]))
        x = 3.0 + 2.0 * jax.random.normal(jax.random.key(1), shape)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("bnact.training.watch.switched", with_backward(change))
            return worst_share(x, module, module.observed(x, len(x)))

    return jax.jit(share)


def share_of(activation, norm, order, shape=(16, 6), **change):
    return float(compiled(shape)(index_of(activation, norm, order, TABLE), RIGHT | change))


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_every_pair_satisfies_them(pair):
    assert share_of(*pair) < 0.1


def test_without_a_norm_there_are_none():
    assert share_of("relu", "none", "before", x=2.0) == 0


@pytest.mark.parametrize("shape", [(16, 6), (256, 256)], ids=str)
@pytest.mark.parametrize("order", ["before", "after"])
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_backward_pass_breaks_one(name, order, shape):
    norms = ("batch", "layer") if name == "no gradient for the bias" else NORMS
    assert all(share_of("gelu", norm, order, shape, **WRONG[name]) > 1 for norm in norms)


SETTINGS = [Setting(activation="gelu", depth=2, width=16, steps=3, seed=seed) for seed in (0, 1)]


def test_watching_changes_no_number():
    digits = data.load("digits")
    for one, other in zip(
        train_population(SETTINGS, digits), train_population(SETTINGS, digits, check=True), strict=True
    ):
        jax.tree.map(np.testing.assert_array_equal, one, other)


def test_a_run_in_which_one_breaks_is_an_error_that_says_where(monkeypatch):
    monkeypatch.setattr("bnact.training.watch.switched", with_backward(RIGHT | {"x": 1.01}))
    with pytest.raises(ArithmeticError) as caught:
        # Another width: the program of the others is compiled already.
        train_population([Setting(depth=2, width=8, steps=3)], data.load("digits"), check=True)
    for word in (
        "must satisfy the identities",
        "times the bound in hidden layer",
        "steps, seed 0",
        "assert_",
    ):
        assert word in str(caught.value)


def test_a_run_that_diverges_is_not_blamed_on_an_identity():
    (log,) = train_population(
        [Setting(norm="none", depth=2, width=16, steps=3, learning_rate=1e30)],
        data.load("digits"),
        check=True,
    )
    assert log.diverged >= 0
