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
from bnact.training.watch import check_identities, fixed_numbers, fused_form, worst_share

ACTIVATIONS = ("relu", "tanh", "gelu", "hard_shrink")
SMALL, LARGE = (16, 6), (256, 256)
# A small program for the large arrays.
TABLES = {SMALL: table_of(ACTIVATIONS, ["power", "mean_only_batch"]), LARGE: table_of(["gelu"], ["power"])}
NORMS = [name for name in (*STANDARDIZATIONS, "power") if name != "none"]
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
    """The share by index, change and size of x, all data: one program for all pairs and all that is wrong."""

    def share(index, change, size):
        module = SwitchNormAct(shape[-1], index, TABLES[shape])
        module.scale.set_value(jnp.linspace(0.5, 2.0, shape[-1]))
        module.bias.set_value(jnp.linspace(-1.0, 1.0, shape[-1]))
        x = size * (3.0 + 2.0 * jax.random.normal(jax.random.key(1), shape))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("bnact.training.watch.switched", with_backward(change))
            return worst_share(x, module, module.observed(x, len(x)))

    return jax.jit(share)


def share_of(activation, norm, order, shape=SMALL, size=1.0, **change):
    index = index_of(activation, norm, order, TABLES[shape])
    return float(compiled(shape)(index, RIGHT | change, jnp.float32(size)))


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_every_pair_satisfies_them(pair):
    assert share_of(*pair) < 0.1


def test_without_a_norm_there_are_none():
    assert share_of("relu", "none", "before", x=2.0) == 0


def test_a_norm_that_is_a_formula_is_left_out():
    assert share_of("relu", "mean_only_batch", "before", x=2.0) == 0


@pytest.mark.parametrize("shape", [SMALL, LARGE], ids=str)
@pytest.mark.parametrize("order", ["before", "after"])
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_backward_pass_breaks_one(name, order, shape):
    assert all(share_of("gelu", norm, order, shape, **WRONG[name]) > 1 for norm in NORMS)


@pytest.mark.parametrize("size", [1e8, 1e15, 1e19, 1e25, 1e30, 1e37, np.inf, np.nan])
@pytest.mark.parametrize("order", ["before", "after"])
@pytest.mark.parametrize("norm", NORMS)
def test_what_overflows_is_not_blamed_on_an_identity(norm, order, size):
    assert all(share_of(activation, norm, order, size=size) <= 1 for activation in ACTIVATIONS)


def test_a_fused_norm_must_be_known():
    assert fused_form("rms").bias
    with pytest.raises(
        ValueError, match="a fused norm must have a formula .* got 'divisive', which has none"
    ):
        fused_form("divisive")
    with pytest.raises(KeyError):
        fused_form("unheard of")


@pytest.mark.parametrize("shape", [(256, 64), (100, 33), (2048, 16)], ids=str)
def test_the_numbers_from_above_are_without_a_pattern(shape):
    numbers = np.asarray(fixed_numbers(jnp.zeros(shape)))
    assert np.all(np.abs(numbers) <= 1)
    assert np.std(numbers) == pytest.approx(1 / np.sqrt(3), rel=0.05)
    for one, other in ((numbers[1:], numbers[:-1]), (numbers[:, 1:], numbers[:, :-1])):
        assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 5 / np.sqrt(one.size)


# --------------------------------------------------------------------------------- whole trainings

LOSS, STEP = np.ones((2, 3)), np.array([[0, 5, 20]] * 2)


def test_a_run_in_which_one_breaks_is_an_error_that_says_where():
    worst = np.zeros((2, 3, 4))
    check_identities(worst, LOSS, STEP, (7, 8))
    worst[1, 2, 3], worst[0, 1, 2] = 2.5, 1.5
    with pytest.raises(ArithmeticError) as caught:
        check_identities(worst, LOSS, STEP, (7, 8))
    for words in (
        "must satisfy the identities of bnact.invariants; got 2.5 times the bound",
        "in hidden layer 3 after 20 steps, seed 8; look at that layer with",
        "bnact.invariants.assert_norm_gradients",
    ):
        assert words in str(caught.value)


@pytest.mark.parametrize("loss", [np.nan, np.inf])
def test_a_run_that_diverged_is_not_blamed_on_an_identity(loss):
    worst = np.zeros((2, 3, 4))
    worst[1, 2, 3] = np.inf
    with pytest.raises(ArithmeticError, match="got inf times"):
        check_identities(worst, LOSS, STEP, (7, 8))
    diverged = LOSS.copy()
    diverged[1, 2] = loss
    check_identities(worst, diverged, STEP, (7, 8))


SETTINGS = [Setting(activation="gelu", depth=2, width=16, steps=3, seed=seed) for seed in (0, 1)]


@pytest.mark.slow
def test_watching_changes_no_number():
    digits = data.load("digits")
    for one, other in zip(
        train_population(SETTINGS, digits), train_population(SETTINGS, digits, check=True), strict=True
    ):
        jax.tree.map(np.testing.assert_array_equal, one, other)


@pytest.mark.slow
def test_a_wrong_backward_pass_breaks_a_training(monkeypatch):
    monkeypatch.setattr("bnact.training.watch.switched", with_backward(RIGHT | {"x": 1.01}))
    with pytest.raises(ArithmeticError, match="times the bound in hidden layer . after .* steps, seed 0"):
        # Another width: the program of the others is compiled already.
        train_population([Setting(depth=2, width=8, steps=3)], data.load("digits"), check=True)


@pytest.mark.slow
@pytest.mark.parametrize("norm", ["layer", "rms"])
def test_trainings_that_diverge_are_not_blamed_on_an_identity(norm):
    rates = (1e8, 1e15, 1e25, 1e30)
    settings = [Setting(norm=norm, depth=2, width=16, steps=6, learning_rate=rate) for rate in rates]
    train_population(settings, data.load("digits"), check=True)
