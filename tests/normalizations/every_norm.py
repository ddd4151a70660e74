"""The norms of the registry, and their results by functions that are compiled once for all tests."""

import functools
import inspect

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.normalizations import NORMALIZATIONS, get
from tests.normalizations.references import GHOSTS, GROUPS

FEATURES = 6
# Of a norm whose defaults do not suit 6 features and small batches, what suits them.
GROUPED = ("group", "evonorm_s0", "evonorm_s0a", "evonorm_s1")
SETTINGS = {"ghost_batch": {"size": GHOSTS}, **{name: {"groups": GROUPS} for name in GROUPED}}
# Settings under which the examples of a batch are all treated alike.
ALIKE = {"ghost_batch": {"size": 1000}}
# The norms that take their statistics over positions, and refuse an input without.
OVER_POSITIONS = ("instance",)
POSITIONS = 5
# The norms that subtract a mean and add nothing but the bias.
CENTRED = ("batch", "ghost_batch", "mean_only_batch", "layer", "group", "instance", "divisive")
every_norm = pytest.mark.parametrize("name", list(NORMALIZATIONS))
every_dtype = pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])


def leading_shape(name, *leading) -> tuple[int, ...]:
    """The leading shape, with positions for a norm that needs them."""
    return (*leading, POSITIONS) if name in OVER_POSITIONS else leading


def inputs(name, *leading, mean=0.0, seed=0):
    shape = (*leading_shape(name, *leading), FEATURES)
    return mean + np.random.default_rng(seed).normal(size=shape)


def of_rank(name, mask):
    """A mask over (examples, features) as one of the norm's inputs."""
    return mask[:, None] if name in OVER_POSITIONS else mask


def initialized(norm, seed=0):
    """Parameters and state that are not the trivial ones."""
    rng = np.random.default_rng(seed)
    params, state = norm.init(FEATURES)

    def drawn(leaf):
        return jnp.asarray(rng.uniform(0.5, 1.5, leaf.shape), leaf.dtype)

    return jax.tree.map(drawn, params), state


@functools.cache
def made(name, epsilon=1e-5, **settings):
    """The norm with those of the settings that it has."""
    known = inspect.signature(get(name)).parameters
    settings = {"epsilon": epsilon, **SETTINGS.get(name, {}), **settings}
    return get(name)(**{setting: value for setting, value in settings.items() if setting in known})


def remembers(name):
    """Whether the norm has a state."""
    return bool(jax.tree.leaves(made(name).init(FEATURES)[1]))


every_remembering_norm = pytest.mark.parametrize("name", [name for name in NORMALIZATIONS if remembers(name)])


@functools.partial(jax.jit, static_argnames=("norm", "train"))
def applied(norm, params, state, x, train=True, mask=None):
    return norm.apply(params, state, x, train=train, mask=mask)


def output(norm, params, state, x, mask=None):
    return applied(norm, params, state, x, mask=mask)[0]


@functools.partial(jax.jit, static_argnames=("apply", "train"))
def results_and_gradients(apply, params, state, x, mask, train=True):
    """((y, new state), gradients by parameters and input) of a loss that looks at what counts."""

    def loss(params, x):
        y, after = apply(params, state, x, train=train, mask=mask)
        return jnp.sum(jnp.where(mask, jnp.cos(y), 0)), (y, after)

    (_, aux), gradients = jax.value_and_grad(loss, argnums=(0, 1), has_aux=True)(params, x)
    return aux, gradients


def assert_trees_close(a, b, bound):
    def assert_close(a, b):
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=bound, atol=bound)

    jax.tree.map(assert_close, a, b)
