"""What to keep and what to recompute: keep what a normalization was given, compute the rest again.

Between two linear maps a network holds several tensors of one size: the linear output, its standardized
form, what the activation needs, the activation's output. Each follows from the first by cheap arithmetic.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
from jax import lax
from jax.ad_checkpoint import checkpoint_name

from bnact.numerics import never, one_number
from bnact.types import Array, PyTree

Result = TypeVar("Result")
Policy = Callable[..., Any]

_NAME = "pre_normalization"
_LINEAR = frozenset({"dot_general", "conv_general_dilated"})

keep_pre_normalization: Policy = jax.checkpoint_policies.save_only_these_names(_NAME)
"""A policy for `jax.checkpoint` and `nnx.remat`: keeps what `pre_normalization` marks, and nothing else."""


def pre_normalization(x: Array) -> Array:
    """`x`, marked as what a normalization is given: `keep_pre_normalization` keeps it.

    Outside of `jax.checkpoint` it does nothing. The blocks of `bnact.nn` mark what they make for their pairs.

    Args:
      x: any array.
    """
    return checkpoint_name(x, _NAME)


def keep_linear_outputs(primitive: Any, *avals: Any, **params: Any) -> bool:
    """A policy for `jax.checkpoint` and `nnx.remat`: keeps what matrix products and convolutions make.

    In most networks these are what normalizations are given, so nothing has to be marked. Products with
    batch dimensions, such as an attention's scores, are computed again.

    Args:
      primitive: what computes a value.
      avals: of its operands.
      params: of the primitive.

    Returns:
      Whether its result is kept.
    """
    del avals
    if primitive.name not in _LINEAR:
        return False
    if primitive.name == "conv_general_dilated":
        return True
    _, (left, right) = params["dimension_numbers"]
    return not left and not right


def recomputed(
    block: Callable[..., Result], policy: Policy | None = keep_linear_outputs
) -> Callable[..., Result]:
    """`block`, with only its arguments and what the policy names kept for the way back.

    The rest is computed again. Values and gradients are those of `jax.checkpoint(block, policy=policy)`,
    which saves as much inside of a loop. On a CPU outside of one it saves nothing: what is computed again is
    merged with what was computed before, in spite of its barriers. Here the second computation reads its
    operands through a choice that depends on the incoming gradient and always falls the same way, so that
    the compiler does not merge the two.

    Args:
      block: a function of arrays, or trees of them; what is none is set with `functools.partial`. What it
        reads must be among its arguments: a value of an enclosing `jax.grad` that it closes over is an error
        in JAX.
      policy: what to keep; None keeps the arguments alone, and computes matrix products again too.

    Returns:
      A function of the same arguments, by place or by name. It has reverse mode, also of itself, and no
      forward mode.

    Raises:
      TypeError: block or policy is no function.
    """
    for name, given in {"block": block, "policy": policy or keep_linear_outputs}.items():
        if not callable(given):
            raise TypeError(
                f"recomputed: {name} must be a function; got {given!r}; "
                "see bnact.fused.keep_linear_outputs for a policy"
            )
    kept = jax.checkpoint(block, policy=policy)

    @jax.custom_vjp
    def ruled(args: tuple, named: dict) -> Any:
        return block(*args, **named)

    def forward(args: tuple, named: dict) -> Any:
        return jax.vjp(lambda args, named: kept(*args, **named), args, named)

    def backward(pull: Any, cotangent: PyTree) -> Any:
        return waiting_for(cotangent, pull)(cotangent)

    ruled.defvjp(forward, backward)
    return lambda *args, **named: ruled(args, named)


def waiting_for(cotangent: PyTree, kept: PyTree) -> PyTree:
    """`kept`, in a form from which nothing can be computed before the cotangent is there.

    For the backward pass of a rule of one's own: what it computes again from `kept` is not merged with the
    forward pass, on any device.

    Args:
      cotangent: what comes back; not looked at but for one number that decides nothing.
      kept: arrays; those that are not floating are returned as they are.
    """
    floating = [leaf for leaf in jax.tree.leaves(cotangent) if jnp.issubdtype(leaf.dtype, jnp.floating)]
    if not any(leaf.size for leaf in floating):
        return kept
    back = next(leaf for leaf in floating if leaf.size)
    # On other devices a barrier stands until equal computations have been merged; on a CPU it does not.
    return lax.platform_dependent(kept, back, cpu=_chosen, default=_behind_barrier)


def _behind_barrier(kept: PyTree, back: Array) -> PyTree:
    behind = lax.optimization_barrier((kept, one_number(back)))[0]
    return jax.tree.map(_unless_it_varies, behind, kept)


def _chosen(kept: PyTree, back: Array) -> PyTree:
    is_never = never(back)

    def chosen(leaf: Any) -> Any:
        if not jnp.issubdtype(leaf.dtype, jnp.floating):
            return leaf
        return _unless_it_varies(jnp.where(is_never, jnp.zeros_like(leaf), leaf), leaf)

    return jax.tree.map(chosen, kept)


def _unless_it_varies(again: Array, leaf: Array) -> Array:
    # Under `shard_map` a value that all devices share must not come to depend on one's own gradient.
    return again if jax.typeof(again) == jax.typeof(leaf) else leaf
