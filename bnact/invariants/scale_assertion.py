"""Whether a loss does not depend on the size of its weights, and its gradient knows it."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from bnact.numerics.moments import wide
from bnact.numerics.tolerances import tolerance
from bnact.types import Array, PyTree

from .requirement import Requirement, require
from .residual import Residual, between, is_residual, largest_root_mean_square
from .weight_scale import Loss, of_losses, scaled, weight_gradient_projection


class ScaleResiduals(NamedTuple):
    """What the identities of a loss that does not depend on the size of some weights leave over.

    Attributes:
      value: L(a w) - L(w), ().
      gradient: of every scaled leaf a dL/dw(a w) - dL/dw(w), of every other dL/dv(a w) - dL/dv(w): a tree
        like the parameters.
      projection: sum(w dL/dw) over the scaled leaves, ().
      silent: 1 where the gradient by the scaled leaves is 0 throughout and the identities say nothing.
    """

    value: Residual
    gradient: PyTree
    projection: Residual
    silent: Residual


def scale_residuals(
    loss: Loss, params: PyTree, factor: float = 2.0, leaves: Callable[[str], bool] = lambda path: True
) -> ScaleResiduals:
    """The residuals of scale invariance, with their bounds.

    For use inside jit, vmap and scan; `assert_scale_invariant` is made of it, and has the same arguments.

    Raises:
      TypeError: a parameter is not floating.
      ValueError: no leaf is chosen, the factor is not positive or is 1, or the loss is no scalar.
    """
    return _residuals("scale_residuals", loss, params, factor, _chosen("scale_residuals", params, leaves))


def assert_scale_invariant(
    loss: Loss, params: PyTree, factor: float = 2.0, leaves: Callable[[str], bool] = lambda path: True
) -> None:
    """Asserts that a loss does not depend on the size of its weights, and that its gradient knows it.

    With w the chosen leaves, scaled together, and v all others: L(a w, v) = L(w, v), the gradient by w at a w
    is that at w over a, the gradient by v is the same, and sum(w dL/dw) = 0. So it is where w feeds a norm
    with epsilon 0; an epsilon is noticed where it is not small against the variances. An element's bound is
    the tolerance of its dtype times its size, that of a usual element of its leaf, and that of a usual
    element of the leaf whose gradient is largest: that by a bias before batch norm is nothing but rounding.

    A backward pass that is wrong by the same factor at every size satisfies all this: for that there is
    `assert_gradients`. Eager, or in a traced function under `chex.chexify`.

    Args:
      loss: params -> scalar.
      params: a tree of floating arrays.
      factor: a, positive, not 1. A power of 2 costs no rounding.
      leaves: from the path of a leaf, such as "hidden/kernel", to whether it is scaled; by default all are.

    Raises:
      AssertionError: an identity does not hold, or the gradient by the chosen leaves is 0 throughout, so
        that nothing is shown; the message has the residual, its bound, where, and the shape.
      TypeError: a parameter is not floating.
      ValueError: no leaf is chosen, the factor is not positive or is 1, or the loss is no scalar.
    """
    function = "assert_scale_invariant"
    scaled_leaves = _chosen(function, params, leaves)
    found = jax.jit(lambda params: _residuals(function, loss, params, factor, scaled_leaves))(params)
    required = [
        Requirement("value: the loss is the same at a w and at w, L(a w) = L(w)", found.value),
        Requirement(
            "projection: the gradient is orthogonal to the weights, sum(w dL/dw) = 0", found.projection
        ),
        Requirement("silent: some gradient is not 0, so that something is shown", found.silent),
    ]
    by_leaf = jax.tree_util.tree_leaves_with_path(found.gradient, is_leaf=is_residual)
    for (path, residual), chosen in zip(by_leaf, scaled_leaves, strict=True):
        words = "at a w is that at w over a" if chosen else "is the same at a w and at w"
        required.append(Requirement(f"gradient by {_name(path)}: it {words}", residual))
    names = [_name(path) for path, _ in jax.tree_util.tree_leaves_with_path(params)]
    which = ", ".join(name for name, each in zip(names, scaled_leaves, strict=True) if each)
    require(function, required, f"a={factor}, w={which}")


def _residuals(
    function: str, loss: Loss, params: PyTree, factor: float, chosen: list[bool]
) -> ScaleResiduals:
    if not 0 < factor < float("inf") or factor == 1:
        raise ValueError(f"{function}: factor must be positive and not 1; got factor={factor}; use 2.0")
    values, tree = jax.tree.flatten(params)
    values = [jnp.asarray(each) for each in values]
    _check_floating(function, values)
    _check_scalar(function, jax.eval_shape(lambda params: jax.tree.map(jnp.asarray, loss(params)), params))
    factors = [factor if each else 1.0 for each in chosen]
    (value, gradient), (other_value, other_gradient) = _losses(loss, tree, values, factors)
    usual = largest_root_mean_square(gradient)
    of_leaves = [
        between(by * there, at, tolerance(w.dtype).gradient, usual)
        for w, at, there, by in zip(values, gradient, other_gradient, factors, strict=True)
    ]
    weights = [w for w, each in zip(values, chosen, strict=True) if each]
    slopes = [g for g, each in zip(gradient, chosen, strict=True) if each]
    return ScaleResiduals(
        of_losses(other_value, value, weights, slopes),
        jax.tree.unflatten(tree, of_leaves),
        weight_gradient_projection(weights, slopes),
        _silent(slopes),
    )


def _losses(
    loss: Loss, tree: Any, values: list[Array], factors: list[float]
) -> tuple[tuple[Array, list[Array]], tuple[Array, list[Array]]]:
    """Loss and gradients at the values, and at the values times the factors."""

    def of_leaves(leaves: list[Array]) -> Array:
        return jnp.asarray(loss(jax.tree.unflatten(tree, leaves)))

    multiplied = [scaled(factor, each) for factor, each in zip(factors, values, strict=True)]
    return jax.value_and_grad(of_leaves)(values), jax.value_and_grad(of_leaves)(multiplied)


def _check_scalar(function: str, value: Any) -> None:
    is_scalar = getattr(value, "shape", None) == ()
    if not is_scalar or not jnp.issubdtype(value.dtype, jnp.floating):
        raise ValueError(
            f"{function}: loss must return a real floating scalar; got "
            f"{jax.tree.map(lambda leaf: f'{leaf.dtype}{list(leaf.shape)}', value)}; use its mean"
        )


def _check_floating(function: str, values: list[Array]) -> None:
    others = [str(each.dtype) for each in values if not jnp.issubdtype(each.dtype, jnp.floating)]
    if others:
        raise TypeError(
            f"{function}: every parameter must be real floating; got {', '.join(others)}; leave such leaves "
            "out of the tree, for example by a loss that closes over them"
        )


def _silent(gradients: list[Array]) -> Residual:
    largest = jnp.max(jnp.stack([jnp.max(jnp.abs(wide(each)), initial=0.0) for each in gradients]))
    return Residual(jnp.where(largest == 0, 1.0, 0.0), jnp.full((), 0.5))


def _chosen(function: str, params: PyTree, leaves: Callable[[str], bool]) -> list[bool]:
    names = [_name(path) for path, _ in jax.tree_util.tree_leaves_with_path(params)]
    chosen = [bool(leaves(name)) for name in names]
    if not any(chosen):
        raise ValueError(
            f"{function}: leaves must choose at least one of the parameters; got none of "
            f"{', '.join(names) or 'no leaves'}; use for example leaves=lambda path: 'kernel' in path"
        )
    return chosen


def _name(path: tuple[object, ...]) -> str:
    return jax.tree_util.keystr(path, simple=True, separator="/") or "params"
