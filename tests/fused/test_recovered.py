"""keep="output": which activations are let in, what is kept, and how far the gradients are off."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact import activations, fused, nn
from bnact.activations import ACTIVATIONS, activation_of
from bnact.fused import fixed
from bnact.fused.recovered import LARGEST_ERROR, WITHIN, recovered, recovery_error, why_not_recovered
from tests.fused.references import assert_close, drawn, plain_pair, value_and_gradients

ADMITTED = [name for name, act in ACTIVATIONS.items() if why_not_recovered(act) is None]
ASKED_FOR = ("leaky_relu", "elu", "selu", "softplus")


def from_output(norm, activation):
    return lambda x, scale, bias: fused.norm_act(x, scale, bias, norm, activation, keep="output")[0]


def test_who_is_let_in():
    assert {*ASKED_FOR, "sigmoid", "arcsinh"} <= {*ADMITTED}
    assert not {"relu", "gelu", "silu", "mish", "tanh", "erf", "hard_tanh", "step"} & {*ADMITTED}


@pytest.mark.parametrize("name", ADMITTED)
def test_what_is_recovered_is_within_what_is_foretold(name):
    z = jnp.linspace(-WITHIN, WITHIN, 4001, dtype=jnp.float32)
    act = ACTIVATIONS[name]
    error = jnp.max(jnp.abs(recovered(act, act(z)) - z))
    # Value and inverse are each rounded by a few units in the last place, not by half a one.
    assert error <= 8 * recovery_error(act) <= 8 * LARGEST_ERROR


@pytest.mark.parametrize(
    "name, known, open_",
    [
        ("elu", (-12.3, 1e4), (-12.5, -17.0, -30.0, -1e4)),
        ("selu", (-12.3, 1e4), (-12.5, -17.0, -30.0)),
        ("sigmoid", (-80.0, 12.3), (12.5, 30.0, -120.0)),
        ("softplus", (-80.0, 1e4), (-120.0,)),
        ("leaky_relu", (-1e30, 1e30), ()),
    ],
)
def test_how_far_out_an_input_is_known(name, known, open_):
    act = ACTIVATIONS[name]
    far = jnp.asarray((*known, *open_), jnp.float32)
    found = recovered(act, act(far))
    np.testing.assert_allclose(found[:2], far[:2], rtol=1e-3)
    assert np.isnan(found[2:]).all()


def wrong_by(name, norm, size):
    """How far gradients are from those in float64, in units of the largest, where they are not NaN."""
    x, scale, bias, cotangent = drawn(32, 6, dtype=np.float32)
    at = x, size * scale, bias, cotangent
    ours = value_and_gradients(from_output(norm, name), *at)
    with jax.enable_x64(True):
        exact = value_and_gradients(of_norm(norm, name), *(each.astype(jnp.float64) for each in at))
    pairs = [(np.float64(one), np.asarray(other)) for one, other in zip(ours, exact, strict=True)]
    return np.concatenate([np.ravel(np.abs(one - other) / np.max(np.abs(other))) for one, other in pairs])


@pytest.mark.parametrize("name", [*ASKED_FOR, "sigmoid", "lecun_tanh", "isrlu"])
@pytest.mark.parametrize("size", [4.0, 8.0, 20.0])
def test_at_a_large_scale_gradients_are_right_or_nan(name, size):
    for norm in ("batch", "layer"):
        errors = wrong_by(name, norm, size)
        assert np.nanmax(errors) <= 1e-4
        if name in ("leaky_relu", "softplus", "isrlu"):
            assert not np.isnan(errors).any()
        if name in ("elu", "selu", "sigmoid") and size == 20.0:
            assert np.isnan(errors).any()


def test_what_is_not_told_open_would_be_wrong(monkeypatch):
    monkeypatch.setattr(fixed, "recovered", lambda act, y: act.inverse(jnp.clip(y, -1 + 2**-24)))
    assert wrong_by("elu", "batch", 8.0).max() > 1e-2  # nor is any NaN, which is not greater


@pytest.mark.parametrize("norm", ["batch", "layer", "rms", "mean_only_batch", "none"])
@pytest.mark.parametrize("name", ASKED_FOR)
@pytest.mark.parametrize("size, bound", [(1.0, 1e-5), (0.1, 1e-4), (0.01, 1e-3)])
def test_gradients_against_float64(norm, name, size, bound):
    x, scale, bias, cotangent = drawn(32, 6, dtype=np.float32)
    at = x, size * scale, bias, cotangent
    ours = value_and_gradients(from_output(norm, name), *at)
    with jax.enable_x64(True):
        exact = value_and_gradients(of_norm(norm, name), *(each.astype(jnp.float64) for each in at))
    for one, other in zip(ours, exact, strict=True):
        assert_close(one, other, bound)


def of_norm(norm, name):
    """The pair by the plain formula, for norms that the references' own has no scale and epsilon of."""
    if norm != "mean_only_batch":
        return plain_pair(norm, "before", name)
    act = activations.get(name)
    return lambda x, scale, bias: act((x - jnp.mean(x, 0, keepdims=True)) * scale[None] + bias[None])


def test_a_scale_of_zero_is_loud():
    x, scale, bias, cotangent = drawn(8, 4, dtype=np.float32)
    found = value_and_gradients(from_output("batch", "elu"), x, scale.at[1].set(0.0), bias, cotangent)
    assert np.isnan(found[2][1])
    assert np.all(np.isfinite(found[2][jnp.asarray([0, 2, 3])]))


@pytest.mark.parametrize("name", ["softplus", "elu"])
def test_second_derivatives(name):
    with jax.enable_x64(True):
        (x, scale, bias, cotangent), along = drawn(8, 4), drawn(8, 4, seed=1)[0]

        def gradient(fn, x):
            return jax.grad(lambda x: jnp.sum(cotangent * fn(x, scale, bias)))(x)

        ours, plain = (
            jax.jvp(functools.partial(gradient, fn), (x,), (along,))[1]
            for fn in (from_output("batch", name), plain_pair("batch", "before", name))
        )
        assert_close(ours, plain, 1e-6)


def test_nothing_is_kept_beside_what_the_next_layer_keeps():
    depth, (x, scale, bias, _) = 8, drawn(64, 16, dtype=np.float32)
    weights = jnp.stack([jnp.eye(16)] * depth)

    def saved(keep):
        def layer(carry, weight):
            pair = fused.norm_act(carry, scale, bias, "batch", "elu", keep=keep)[0]
            return pair @ weight, None

        back = jax.vjp(lambda x, weights: jax.lax.scan(layer, x, weights)[0], x, weights)[1]
        arrays = {id(leaf): leaf for leaf in jax.tree.leaves(back) if leaf.shape[:1] == (depth,)}
        kept = [leaf.size for leaf in arrays.values() if leaf is not weights and leaf.shape != weights.shape]
        return sum(kept) / (depth * x.size)

    assert saved("output") <= 1.15
    assert saved("input") > 2.0


def test_what_cannot_be_recovered_is_refused():
    x, scale, bias, _ = drawn(8, 4, dtype=np.float32)
    for name, reason in (
        ("relu", "takes some values at several inputs"),
        ("gelu", "takes some values at several inputs"),
        ("tanh", "is so flat within 6 that its float32 output leaves the input open by 0.002"),
    ):
        with pytest.raises(ValueError, match=f"^norm_act: keep='output' needs .*{reason}; use keep='input'"):
            fused.norm_act(x, scale, bias, activation=name, keep="output")
    without = activation_of(lambda x: x + 0.1 * jnp.sin(x), "wavy")
    with pytest.raises(ValueError, match="the inverse of wavy is no formula"):
        fused.norm_act(x, scale, bias, activation=without, keep="output")
    with pytest.raises(ValueError, match="^norm_act: keep must be 'input' or 'output'.*keep='both'"):
        fused.norm_act(x, scale, bias, keep="both")  # pyright: ignore[reportArgumentType]
    with pytest.raises(TypeError, match="^norm_act: keep='output' recovers.*got x of float16; use keep"):
        fused.norm_act(x.astype(jnp.float16), scale, bias, activation="elu", keep="output")


@pytest.mark.parametrize(
    "settings, reason",
    [
        ({"order": "after"}, "got order='after'; use keep='input'"),
        ({"activation": "prelu"}, "prelu learns, and has no inverse"),
        ({"fused": False}, "is a choice of the fused rule; got fused=False"),
        ({"norm": "power"}, "does not standardize by its input's own statistics"),
    ],
)
def test_a_module_refuses_it_when_it_is_made(settings, reason):
    with pytest.raises(ValueError, match=f"^NormAct: keep='output' .*{reason}"):
        nn.NormAct(4, **{"activation": "elu", "keep": "output", **settings})


def test_a_module_that_keeps_its_output():
    x = drawn(8, 4, dtype=np.float32)[0]
    one, other = (nn.NormAct(4, "batch", "selu", keep=keep) for keep in ("output", "input"))
    np.testing.assert_array_equal(one(x), other(x))
    jax.tree.map(np.testing.assert_array_equal, one.state.get_value(), other.state.get_value())
