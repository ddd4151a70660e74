"""Every fused pair is under the identities of its norm: held against what stands between it and the norm.

Of y = act(norm(x)) the norm is given dL/dy act'(norm(x)) from above. Of y = norm(act(x)) it returns a
gradient of which x gets act'(x) times as much: where that is not small, it is what the pair returned over it.
"""

import functools

import jax
import jax.numpy as jnp
import pytest

from bnact.activations import ACTIVATIONS, get
from bnact.fused import EPSILON, index_of, switched, table_of
from bnact.invariants import NORM_FORMS, Site, largest_share
from bnact.invariants.identities import residuals_of
from bnact.invariants.site import Gradients
from bnact.normalizations import STANDARDIZATIONS
from tests.invariants.norms import drawn, plain
from tests.invariants.wrong import some_slow, with_backward

A_FEW = ("relu", "tanh")
NORMS = [name for name in STANDARDIZATIONS if name != "none"]
# The fused rms norm has a bias.
FUSED = {name: NORM_FORMS[name]._replace(bias=True) for name in NORMS}
LIMIT = 0.05


@pytest.fixture(autouse=True)
def float64():
    with jax.enable_x64(True):
        yield


@functools.partial(jax.jit, static_argnums=0)
def outputs_and_gradients(table, index, x, scale, bias, cotangent):
    """One program for all pairs: the index is data."""
    y, backward = jax.vjp(lambda x, scale, bias: switched(index, x, scale, bias, table), x, scale, bias)
    return y, backward(cotangent)


@functools.partial(jax.jit, static_argnums=0)
def largest(form, x, scale, bias, cotangent, gradients):
    site = Site(form, EPSILON, x, scale, bias, cotangent)
    return largest_share(residuals_of(site, Gradients(*gradients)))


@functools.partial(jax.jit, static_argnums=0)
def norm_and_gradients(form, x, scale, bias, cotangent):
    def norm(x, scale, bias):
        return plain(form, x, scale, bias, EPSILON)

    y, backward = jax.vjp(norm, x, scale, bias)
    return y, backward(cotangent)


def share(table, activation, norm, order):
    x, scale, bias, cotangent = map(jnp.asarray, drawn((8, 6)))
    index = jax.tree.map(jnp.asarray, index_of(activation, norm, order, table))
    _, gradients = outputs_and_gradients(table, index, x, scale, bias, cotangent)
    form, act = FUSED[norm], get(activation)
    if order == "before":
        z, _ = norm_and_gradients(form, x, scale, bias, cotangent)
        return largest(form, x, scale, bias, cotangent * act.derivative(z), gradients)
    slope, u = act.derivative(x), act(x)
    expected = norm_and_gradients(form, u, scale, bias, cotangent)[1][0]
    seen = jnp.abs(slope) > LIMIT
    by_u = jnp.where(seen, gradients[0] / jnp.where(seen, slope, 1), expected)
    return largest(form, u, scale, bias, cotangent, (by_u, *gradients[1:]))


@pytest.mark.parametrize("names", [A_FEW, pytest.param(tuple(ACTIVATIONS), marks=pytest.mark.slow, id="all")])
def test_every_pair_satisfies_the_identities_of_its_norm(names):
    table = table_of(names)
    for norm in NORMS:
        for order in ("before", "after"):
            for name in names:
                assert share(table, name, norm, order) <= 1, (name, norm, order)


@pytest.mark.parametrize("norm", some_slow(NORMS))
def test_a_wrong_pair_is_seen(norm):
    x, scale, bias, cotangent = map(jnp.asarray, drawn((8, 6)))

    def fused(x, scale, bias):
        table = table_of(["tanh"])
        return switched(index_of("tanh", norm, "before", table), x, scale, bias, table)

    wrong = with_backward(fused, lambda gradients: (1.01 * gradients[0], *gradients[1:]))
    z, _ = norm_and_gradients(FUSED[norm], x, scale, bias, cotangent)
    above = cotangent * get("tanh").derivative(z)
    gradients = jax.jit(lambda *at: jax.vjp(wrong, *at)[1](cotangent))(x, scale, bias)
    assert largest(FUSED[norm], x, scale, bias, above, gradients) > 1e3
