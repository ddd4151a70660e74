"""The options of flax's norms, and what a norm makes of an input under them."""

import functools
import inspect
import random
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from flax.nnx.nn import dtypes

from bnact import nn

SHAPE = (4, 3, 5, 8)
X = jnp.asarray(np.random.default_rng(0).normal(0.5, 2.0, SHAPE), jnp.float32)
INDICES = np.indices(SHAPE).sum(0)
# Along every axis something counts: without, flax's gradients are NaN, which is among the cases.
MASKS = {
    "none": None,
    "positions": jnp.asarray(INDICES[..., :1] % 3 > 0),
    "entries": jnp.asarray(INDICES % 3 > 0),
}
HALF = (jnp.bfloat16, jnp.float16)

SHARED: dict[str, tuple] = {
    "epsilon": (1e-6, 1e-5, 1e-2),
    "dtype": (None, jnp.float32, jnp.bfloat16, jnp.float16),
    "param_dtype": (jnp.float32, jnp.bfloat16),
    "use_scale": (True, False),
    "scale_init": (nnx.initializers.ones, nnx.initializers.normal(1.0)),
    "use_fast_variance": (True, False),
    "promote_dtype": (dtypes.promote_dtype, nn.in_type_of_input),
    "scale_metadata": ({}, {"note": "scale"}),
}
BIAS: dict[str, tuple] = {
    "use_bias": (True, False),
    "bias_init": (nnx.initializers.zeros, nnx.initializers.normal(1.0)),
    "bias_metadata": ({}, {"note": "bias"}),
}
# Which are told apart by a test of their own, under a mapped axis; or are what all modules are made with.
ELSEWHERE = {"self", "num_features", "rngs", "axis_name", "axis_index_groups"}
FEATURE_AXES = (-1, 2, (2, 3), (1, -1))
REDUCTION_AXES = (-1, (1, 2), (1, 2, 3), (0, -1))
OPTIONS: dict[str, dict[str, tuple]] = {
    "BatchNorm": {
        **SHARED,
        **BIAS,
        "use_running_average": (False, True, None),
        "axis": (-1, 1, 2),
        "momentum": (0.0, 0.9, 0.99),
    },
    "LayerNorm": {**SHARED, **BIAS, "reduction_axes": REDUCTION_AXES, "feature_axes": FEATURE_AXES},
    "RMSNorm": {**SHARED, "reduction_axes": REDUCTION_AXES, "feature_axes": FEATURE_AXES},
    # Other reductions are among the cases in which flax is wrong.
    "GroupNorm": {
        **SHARED,
        **BIAS,
        "num_groups": (1, 4, None, None),
        "group_size": (2, 4),
        "reduction_axes": (None, (1, 2, 3), (1, 2, -1)),
    },
    # Over fewer positions flax's fast variance loses the digits that are compared.
    "InstanceNorm": {**SHARED, **BIAS, "feature_axes": (-1, 1, 2, (1, -1))},
}
CALLS: dict[str, tuple] = {"mask": tuple(MASKS), "x_dtype": (jnp.float32, jnp.bfloat16)}


TYPES = ("dtype", "param_dtype", "x_dtype")


class Case(NamedTuple):
    """A norm, with what it is made with, and called with."""

    norm: str
    settings: dict[str, Any]
    mask: str
    x_dtype: Any


def cases(norm, number, half):
    """That many settings, each with a value drawn for every argument; of the types only those so asked for.

    With four or more, every value of every argument comes up.
    """
    generator = random.Random(norm)
    columns = {**OPTIONS[norm], **CALLS}
    if not half:
        columns |= {name: tuple(kind for kind in columns[name] if kind not in HALF) for name in TYPES}
    drawn = {name: _drawn(values, number, generator) for name, values in columns.items()}
    return [_case(norm, {name: values[row] for name, values in drawn.items()}) for row in range(number)]


def _drawn(values, number, generator):
    drawn = [values[index % len(values)] for index in range(number)]
    generator.shuffle(drawn)
    return drawn


def _case(norm, settings):
    if norm == "GroupNorm":
        settings["group_size"] = None if settings["num_groups"] else settings["group_size"]
    mask, x_dtype = settings.pop("mask"), settings.pop("x_dtype")
    # A mask that flax's group norm takes has all features; and see MASKS.
    if mask == "positions" and (norm == "GroupNorm" or settings.get("reduction_axes") == -1):
        mask = "entries"
    return Case(norm, settings, mask, x_dtype)


def num_features(norm, settings):
    """How many features an input of SHAPE has on the axes that the settings name."""
    axes = settings.get("axis", settings.get("feature_axes", -1))
    return int(np.prod([SHAPE[axis] for axis in ([axes] if isinstance(axes, int) else axes)]))


def made(library, case, **more):
    """The case's module of bnact.nn or flax.nnx."""
    count = num_features(case.norm, case.settings)
    return getattr(library, case.norm)(count, **case.settings, **more, rngs=nnx.Rngs(3))


class Outcome(NamedTuple):
    """What a module makes of an input: the output where it counts, the state after, and gradients."""

    y: Any
    state: Any
    gradients: Any


def outcome(module, x, mask, **call):
    """The outcome for a loss that looks at what counts."""
    return _compiled(*nn.pure(module), x, mask, tuple(call.items()))


# Compiling is what this takes: each case is a program.
@functools.partial(
    jax.jit,
    static_argnames=("graph", "call"),
    compiler_options={"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True},
)
def _compiled(graph, params, state, x, mask, call):
    counts = jnp.ones(x.shape, bool) if mask is None else jnp.broadcast_to(mask, x.shape)
    weights = jnp.linspace(0.5, 1.5, x.size).reshape(x.shape)

    def loss(params, x):
        parts = nn.Pure(graph, params, state)
        y, after = nn.result_and_parts(parts, lambda module: module(x, mask=mask, **dict(call)))
        return jnp.sum(jnp.where(counts, weights * jnp.cos(y.astype(jnp.float32)), 0)), (y, after.state)

    (_, (y, after)), gradients = jax.value_and_grad(loss, argnums=(0, 1), has_aux=True)(params, x)
    return Outcome(jnp.where(counts, y, jnp.zeros_like(y)), after, gradients)


def flax_outcome(module, x, mask, **call):
    """The outcome of flax's module, which mixes types and ranks."""
    with jax.numpy_dtype_promotion("standard"), jax.numpy_rank_promotion("allow"):
        return outcome(module, x, mask, **call)


def assert_gradients_close(one, other, bound):
    """Gradients by the parameters and by the input are close.

    Those by parameters are sums of hundreds of terms near 1, in which rounding adds up: their
    bound is 5 times as large.
    """
    assert_close(one[0], other[0], 5 * bound)
    assert_close(one[1], other[1], bound)


def arguments(norm):
    """The arguments of flax's constructor."""
    return set(inspect.signature(getattr(nnx, norm).__init__).parameters)


def assert_close(one, other, bound):
    """The two are of one structure and type, and differ by at most the bound."""
    close = functools.partial(_assert_close, bound=bound)
    jax.tree.map(close, jax.tree.leaves(one), jax.tree.leaves(other))


def _assert_close(a, b, bound):
    assert (a.shape, a.dtype) == (b.shape, b.dtype)
    wide = (np.asarray(each.astype(jnp.float32)) for each in (a, b))
    np.testing.assert_allclose(*wide, rtol=bound, atol=bound)
