"""The rule derived twice: what plain autodiff finds, and a twin that it does not."""

import jax
import jax.numpy as jnp
import pytest

from bnact.fused import EPSILON, rule
from bnact.normalizations import STANDARDIZATIONS
from bnact.normalizations.reduced import normalized_given, reduced_moments
from bnact.normalizations.reduction import whole
from bnact.numerics import tolerance
from tests.fused.references import ORDERS, assert_close, drawn, fused_pair, plain_pair, switched_pair

every_norm = pytest.mark.parametrize("norm", list(STANDARDIZATIONS))
every_order = pytest.mark.parametrize("order", ORDERS)
GRADIENT = tolerance("float64").gradient


def second_derivatives(fn, x, scale, bias, cotangent, *, along):
    """Gradients of <gradients, along>, reverse over reverse, and forward over reverse along `along`."""

    def gradients(*at):
        return jax.vjp(fn, *at)[1](cotangent)

    def projected(*at):
        return sum(jnp.vdot(one, other) for one, other in zip(gradients(*at), along, strict=True))

    def both(*at):
        backward = jax.grad(projected, argnums=(0, 1, 2))(*at)
        return *backward, *jax.jvp(gradients, at, along)[1]

    return jax.jit(both)(x, scale, bias)


@every_norm
@every_order
@pytest.mark.parametrize("activation", ["tanh", pytest.param("mish", marks=pytest.mark.slow)])
def test_second_derivatives_are_those_of_plain_autodiff(norm, order, activation):
    with jax.enable_x64(True):
        pair, arguments, along = (norm, order, activation), drawn(6, 4), drawn(6, 4, seed=1)[:3]
        plain = second_derivatives(plain_pair(*pair), *arguments, along=along)
        # Without a norm, the switch's scale and bias stand before the activation in either order.
        for by in (fused_pair,) if (norm, order) == ("none", "after") else (fused_pair, switched_pair):
            ours = second_derivatives(by(*pair), *arguments, along=along)
            for one, other in zip(ours, plain, strict=True):
                assert_close(one, other, GRADIENT)


@pytest.mark.parametrize("norm", ["batch", "layer", "rms"])
def test_statistics_taken_for_constants_are_caught(norm, monkeypatch):
    """The twin: the forward pass differentiated as if the statistics did not depend on the input."""

    def wrong(chosen):
        def constant(by, own, u):
            reduction = whole(chosen, u.shape)
            statistics = jax.lax.stop_gradient(reduced_moments(reduction, u, None))
            return normalized_given(reduction, u, statistics, EPSILON, by, None)

        return constant

    with jax.enable_x64(True):
        pair, arguments, along = (norm, "before", "tanh"), drawn(6, 4), drawn(6, 4, seed=1)[:3]
        plain = second_derivatives(plain_pair(*pair), *arguments, along=along)
        monkeypatch.setattr(rule, "normed", wrong)
        ours = second_derivatives(switched_pair(*pair), *arguments, along=along)
        with pytest.raises(AssertionError, match="Not equal to tolerance"):
            assert_close(ours[0], plain[0], GRADIENT)
