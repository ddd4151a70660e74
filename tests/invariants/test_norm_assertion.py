import functools

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.invariants import (
    NORM_FORMS,
    NormForm,
    assert_gradients,
    assert_norm_gradients,
    largest_share,
    norm_gradient_residuals,
)
from tests.invariants.norms import SMALL, drawn, form, ours, plain
from tests.invariants.wrong import CHANGES, changed, some_slow, with_backward

ONES, ZEROS = jnp.ones(64, jnp.float32), jnp.zeros(64, jnp.float32)


def given(shape, dtype=np.float32):
    return tuple(jnp.asarray(each, dtype) for each in drawn(shape))


def plain_batch(x, scale, bias):
    return plain(NORM_FORMS["batch"], x, scale, bias, 1e-5)


def without_the_variance_term(x, scale, bias):
    variance = jax.lax.stop_gradient(jnp.var(x, 0, keepdims=True))
    centred = x - jnp.mean(x, 0, keepdims=True)
    y = centred / jnp.sqrt(variance + 1e-5) * jnp.broadcast_to(scale, x.shape)
    return y + jnp.broadcast_to(bias, x.shape)


def over_the_other_axis(x, scale, bias):
    return plain(NORM_FORMS["layer"], x, scale, bias, 1e-5)


TWINS = {
    **{name: changed(plain_batch, name) for name in CHANGES},
    "no variance term": without_the_variance_term,
    "other axis": over_the_other_axis,
}


@pytest.mark.parametrize("shape", [pytest.param((8, 8), marks=pytest.mark.slow), (256, 256)])
def test_a_right_norm_is_accepted(shape):
    assert_norm_gradients(plain_batch, *given(shape))


@pytest.mark.parametrize("twin", some_slow(TWINS, "no variance term"))
@pytest.mark.parametrize("shape", [pytest.param((8, 8), marks=pytest.mark.slow), (256, 256)])
def test_a_wrong_norm_is_refused(twin, shape):
    with pytest.raises(AssertionError, match=r"residual .* exceeds the bound .* of shape \("):
        assert_norm_gradients(TWINS[twin], *given(shape))


def test_the_error_says_what_does_not_hold_where_and_by_how_much():
    with pytest.raises(AssertionError) as caught:
        assert_norm_gradients(changed(plain_batch, "sign"), *given((8, 8)), norm="batch")
    message = str(caught.value)
    assert message.startswith("assert_norm_gradients failed: ")
    assert "dL/dx = r (g - sum(g) / n - z sum(g z) / n); residual " in message
    assert "of shape (8, 8) (float32), 64 of 64 elements beyond theirs" in message
    assert "norm=batch, epsilon=1e-05, x of shape (8, 8) float32" in message


@pytest.mark.slow
@pytest.mark.parametrize("dtype", [jnp.float16, jnp.bfloat16])
def test_half_precision_is_held_to_what_it_can(dtype):
    x, scale, bias, cotangent = given((16, 4))
    x, cotangent = x.astype(dtype), cotangent.astype(dtype)
    assert_norm_gradients(ours("batch", 1e-5), x, scale, bias, cotangent)
    with pytest.raises(AssertionError):
        assert_norm_gradients(lambda x: -ours("batch", 1e-5)(x), x, cotangent=cotangent)


def test_a_norm_without_parameters_is_called_with_x_alone():
    found = jax.eval_shape(
        lambda x: norm_gradient_residuals(ours("rms", 1e-5), x, norm="rms"), given((8, 6))[0]
    )
    about_x = {"input_gradient", "input_gradient_projection", "input_gradient_energy"}
    assert set(found) == about_x | {"silent"}


@pytest.mark.slow
def test_groups_are_told_by_a_form():
    x, scale, bias, _ = given(SMALL["group"])
    assert_norm_gradients(ours("group", 1e-5), x, scale, bias, norm=form("group"))
    with pytest.raises(AssertionError, match="norm=groups/3"):
        assert_norm_gradients(ours("group", 1e-5), x, scale, bias, norm=NormForm("groups", number=3))


@pytest.mark.slow
def test_constant_features_satisfy_them():
    x = jnp.full((6, 3), 12345.678, jnp.float32)
    assert_norm_gradients(ours("batch", 1e-5), x, jnp.ones(3), jnp.zeros(3))


def test_a_gradient_that_is_not_finite_is_refused():
    with pytest.raises(AssertionError):
        assert_norm_gradients(lambda x: x / 0.0, given((8, 6))[0])


# --------------------------------------------------------------------------------- inside jit


def watched(norm_fn):
    def step(x, scale, bias):
        assert_norm_gradients(norm_fn, x, scale, bias)
        return 2 * x

    return chex.chexify(jax.jit(step), async_check=False)


@pytest.mark.slow
def test_under_chexify_it_stands_inside_jit():
    x, scale, bias, _ = given((8, 8))
    np.testing.assert_array_equal(watched(plain_batch)(x, scale, bias), 2 * x)
    with pytest.raises(
        AssertionError, match=r"assert_norm_gradients.*residual .* at \[\d \d\] of shape \(8, 8\)"
    ):
        watched(without_the_variance_term)(x, scale, bias)


def test_without_chexify_jax_says_what_is_missing():
    x, scale, bias, _ = given((8, 8))
    with pytest.raises(ValueError, match="functionalized"):
        jax.jit(lambda x: assert_norm_gradients(plain_batch, x, scale, bias))(x)


def test_chex_can_switch_it_off():
    chex.disable_asserts()
    try:
        assert_norm_gradients(without_the_variance_term, *given((8, 8)))
    finally:
        chex.enable_asserts()


# ------------------------------------------------------------------------------------- watching


@functools.partial(jax.jit, static_argnums=0)
def shares_of_sites(norm_fn, x, scale, bias, cotangent):
    return jax.vmap(lambda *site: largest_share(norm_gradient_residuals(norm_fn, *site)))(
        x, scale, bias, cotangent
    )


@pytest.mark.slow
def test_sites_are_watched_in_one_program_under_vmap():
    sites = [jnp.stack(each) for each in zip(given((8, 8)), given((8, 8)), strict=True)]
    assert np.all(np.asarray(shares_of_sites(plain_batch, *sites)) <= 1)
    assert np.all(np.asarray(shares_of_sites(without_the_variance_term, *sites)) > 1e3)


# ---------------------------------------------------------------------------- what shows nothing


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("factor", [0.0, -1.0, 1.01, 2.0])
def test_the_input_of_a_test_is_not_the_cotangent_that_is_drawn(seed, factor):
    """The gradient at a cotangent that is x is 0, whatever multiplies it."""
    x = jnp.asarray(np.random.default_rng(seed).normal(size=(256, 64)), jnp.float32)
    assert share_of_multiple(x, factor) > 1


@jax.jit
def share_of_multiple(x, factor):
    wrong = with_backward(lambda x: plain_batch(x, ONES, ZEROS), lambda gradients: (factor * gradients[0],))
    return largest_share(norm_gradient_residuals(wrong, x))


def test_a_cotangent_that_shows_nothing_is_refused():
    x = given((256, 64))[0]
    with pytest.raises(AssertionError, match="silent: .* says nothing: use another cotangent"):
        assert_norm_gradients(lambda x: plain_batch(x, ONES, ZEROS), x, cotangent=x)


WITHOUT_A_FORMULA = ("batch_renorm", "divisive", "scale")


@pytest.mark.parametrize("name", some_slow(WITHOUT_A_FORMULA, "batch_renorm"))
def test_without_a_formula_zero_is_refused_and_so_is_what_breaks_a_sum(name):
    x, norm = given((8, 8))[0], ours(name, 1e-5)
    assert_norm_gradients(norm, x, norm=name)
    with pytest.raises(AssertionError, match="silent: some gradient by x is beyond its bound"):
        assert_norm_gradients(changed(norm, "zero"), x, norm=name)
    for twin in ("transposed", "one element"):
        with pytest.raises(AssertionError, match=r"input_gradient_(sum|stretch): .* residual "):
            assert_norm_gradients(changed(norm, twin), x, norm=name)


@pytest.mark.slow
@pytest.mark.parametrize("twin", ["factor 1.01", "sign"])
@pytest.mark.parametrize("name", WITHOUT_A_FORMULA)
def test_without_a_formula_size_and_sign_are_left_to_the_assertion_of_gradients(name, twin):
    x, norm = given((8, 8))[0], changed(ours(name, 1e-5), twin)
    assert_norm_gradients(norm, x, norm=name)
    with pytest.raises(AssertionError, match="derivative"):
        assert_gradients(norm, x)


# --------------------------------------------------------------------------------------- errors

X = jnp.ones((4, 6), jnp.float32)


@pytest.mark.parametrize(
    "error, message, call",
    [
        (ValueError, "norm must be a NormForm or the name of one; got 'bach'", {"norm": "bach"}),
        (ValueError, r"scale must have shape \(features,\) = \(6,\); got \(4,\)", {"scale": jnp.ones(4)}),
        (ValueError, r"cotangent must have x's shape \(4, 6\); got \(6,\)", {"cotangent": jnp.ones(6)}),
        (ValueError, "x must have at least 3 axes", {"norm": "instance"}),
        (
            ValueError,
            "number of groups must divide the features; got number=4",
            {"norm": NormForm("groups", 4)},
        ),
        (ValueError, "number of examples in a virtual batch", {"norm": NormForm("virtual batch", 3)}),
        (TypeError, "x must be real floating; got int32", {"x": jnp.ones((4, 6), jnp.int32)}),
        (ValueError, "must return one array y of x's shape", {"norm_fn": lambda x: x[0]}),
        (ValueError, r"must return one array y .*; got \(\(4, 6\), \(\)\)", {"norm_fn": lambda x: (x, 0)}),
        (ValueError, "norm must be a NormForm or the name of one; got None", {"norm": None}),
        (ValueError, "epsilon must be at least 0 and finite; got epsilon=-1.0", {"epsilon": -1.0}),
        (TypeError, "norm_fn must be a function of x; got None", {"norm_fn": None}),
    ],
)
def test_what_cannot_be_examined_is_an_error(error, message, call):
    with pytest.raises(error, match=message):
        norm_gradient_residuals(**{"norm_fn": lambda x, *_: x, "x": X, **call})


@pytest.mark.parametrize("function", [norm_gradient_residuals, assert_norm_gradients])
@pytest.mark.parametrize("call", [{"norm": "bach"}, {"scale": jnp.ones(4)}, {"x": jnp.ones(3, jnp.int32)}])
def test_an_error_names_the_function_that_was_called(function, call):
    with pytest.raises((ValueError, TypeError), match=f"^{function.__name__}: "):
        function(**{"norm_fn": lambda x, *_: x, "x": X, **call})
