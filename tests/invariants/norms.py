"""Norms under examination, where they are examined, and wrong gradients of them."""

import functools

import jax
import jax.numpy as jnp
import numpy as np

from bnact.invariants import NORM_FORMS, Site
from bnact.invariants.site import Gradients
from bnact.normalizations import get

# Settings in which a norm is what its form says, for 8 examples of 6 features or for 256 and more.
SETTINGS = {
    "ghost_batch": {"size": 4},
    "group": {"groups": 2},
    "filter_response": {"use_threshold": False},
} | {name: {"groups": 2} for name in ("evonorm_s0", "evonorm_s0a", "evonorm_s1")}
WITH_POSITIONS = {"group", "instance", "filter_response"}
SMALL = {name: (8, 4, 6) if name in WITH_POSITIONS else (8, 6) for name in NORM_FORMS}
LARGE = {name: (16, 16, 256) if name in WITH_POSITIONS - {"group"} else (256, 256) for name in NORM_FORMS}
NUMBERS = {"ghost_batch": 4, "group": 2}
# Their epsilon is added elsewhere, or is none.
WITHOUT_EPSILON = {"mean_only_batch", "scale"}


def form(name):
    return NORM_FORMS[name]._replace(number=NUMBERS.get(name, 1))


def drawn(shape, seed=0):
    """x, scale, bias and cotangent in numpy's float64."""
    rng = np.random.default_rng(seed)
    x, cotangent = 1 + 2 * rng.normal(size=shape), rng.normal(size=shape)
    return x, rng.uniform(0.5, 1.5, shape[-1]), rng.normal(size=shape[-1]), cotangent


def site(name, shape, epsilon, seed=0):
    x, scale, bias, cotangent = map(jnp.asarray, drawn(shape, seed))
    return Site(form(name), epsilon, x, scale, bias if NORM_FORMS[name].bias else None, cotangent)


@functools.cache
def ours(name, epsilon, **settings):
    """The package's norm as a function of those of x, scale and bias that it has."""
    epsilons = {} if name in WITHOUT_EPSILON else {"epsilon": epsilon}
    norm = get(name)(**epsilons, **SETTINGS.get(name, {}), **settings)

    def apply(x, scale=None, bias=None):
        params, state = norm.init(x.shape[-1])
        given = {"scale": scale, "bias": bias}
        fits = {
            field: given[field]
            for field, value in params._asdict().items()
            if field in given and value is not None and value.shape == x.shape[-1:]
        }
        return norm.apply(params._replace(**fits), state, x)[0]

    return apply


def plain(form, x, scale, bias, epsilon):
    """The formula itself, by autodiff, without any of the package's arithmetic."""
    cells, axes = laid_out(form, x)
    centred = cells - jnp.mean(cells, axes, keepdims=True) if form.centered else cells
    r = 1 / jnp.sqrt(jnp.mean(centred**2, axes, keepdims=True) + epsilon) if form.divided else 1.0
    y = jnp.reshape(centred * r, x.shape) * jnp.broadcast_to(scale, x.shape)
    return y if bias is None else y + jnp.broadcast_to(bias, x.shape)


def laid_out(form, x):
    """Written anew for the tests: what shares statistics, along axes."""
    last = x.ndim - 1
    if form.shared == "groups":
        return x.reshape(*x.shape[:-1], form.number, -1), (*range(1, last), last + 1)
    if form.shared == "virtual batch":
        return x.reshape(-1, form.number, *x.shape[1:]), tuple(range(1, last + 1))
    return x, {"batch": tuple(range(last)), "features": (last,), "positions": tuple(range(1, last))}[
        form.shared
    ]


def twins(here):
    """Wrong gradients by x, scale and bias, by what is wrong with them."""
    right = plain_gradients(here)
    assert right.scale is not None
    without_mean, without_variance = without_a_term(here)
    other = here.form._replace(shared="features" if here.form.by_feature else "batch")
    wrong = {
        "factor 1.01": right._replace(x=1.01 * right.x),
        "zero": right._replace(x=0 * right.x),
        "sign": right._replace(x=-right.x),
        "no variance term": right._replace(x=without_variance),
        "other axis": plain_gradients(here._replace(form=other)),
        "transposed": right._replace(x=jnp.reshape(jnp.swapaxes(right.x, -1, -2), right.x.shape)),
        "one element": right._replace(x=right.x.at[(0,) * right.x.ndim].multiply(1.01)),
        "everything zero": jax.tree.map(jnp.zeros_like, right),
        "scale by 1.01": right._replace(scale=1.01 * right.scale),
        "scale's sign": right._replace(scale=-right.scale),
    }
    if here.form.centered:
        wrong["no mean term"] = right._replace(x=without_mean)
    if right.bias is not None:
        wrong["bias by 1.01"] = right._replace(bias=1.01 * right.bias)
    return wrong


def plain_gradients(here):
    given = (here.x, here.scale) if here.bias is None else (here.x, here.scale, here.bias)

    def called(x, scale, bias=None):
        return plain(here.form, x, scale, bias, here.epsilon)

    return Gradients(*jax.vjp(called, *given)[1](here.cotangent))


def without_a_term(here):
    """The gradient by x less the term of the mean, and less the term of the variance."""
    cells, axes = laid_out(here.form, here.x)
    centred = cells - jnp.mean(cells, axes, keepdims=True) if here.form.centered else cells
    r = 1 / jnp.sqrt(jnp.mean(centred**2, axes, keepdims=True) + here.epsilon)
    g = laid_out(here.form, here.cotangent * jnp.broadcast_to(here.scale, here.x.shape))[0]
    mean_term = jnp.mean(g, axes, keepdims=True) if here.form.centered else jnp.zeros_like(r)
    z = centred * r
    both = (r * (g - z * jnp.mean(g * z, axes, keepdims=True)), r * (g - mean_term))
    return tuple(jnp.reshape(each, here.x.shape) for each in both)
