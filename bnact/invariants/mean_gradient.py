"""Whether the gradient of a mean is the mean of gradients: where no norm looks at the batch."""

from collections.abc import Callable

import jax
import jax.numpy as jnp

from bnact.numerics.divisors import divisors
from bnact.numerics.moments import wide
from bnact.numerics.tolerances import tolerance
from bnact.types import Array, PyTree

from .residual import Residual, between, largest_root_mean_square


def mean_gradient(
    loss: Callable[[PyTree, PyTree], Array], params: PyTree, examples: PyTree, parts: int
) -> PyTree:
    """Residual of: the gradient of the mean loss is the mean of the gradients of its parts.

    It is zero where each example has a loss of its own, and so for layer, rms and group norm. It is not under
    batch norm in training, where an example's loss depends on the others: there it says by how much.

    Args:
      loss: (params, examples) -> scalar, the mean over the examples.
      params: a tree of arrays.
      examples: arrays with the examples on their first axis.
      parts: how many parts of equal size, a divisor of the number of examples; that number itself takes the
        gradient of every example. Batch norm needs two examples in each.

    Returns:
      Of each leaf of params, the gradient over all examples less the mean over the parts. The bound knows the
      sizes of the parts' gradients, which may cancel in the mean, and of the largest leaf's, as there may be
      leaves that the loss does not depend on.

    Raises:
      ValueError: the parts do not divide the examples.
    """
    number = jax.tree.leaves(examples)[0].shape[0]
    if parts < 1 or number % parts:
        raise ValueError(
            f"mean_gradient: parts must divide the examples; got parts={parts}, {number} examples; use parts "
            f"in {divisors(number)}"
        )
    gradient = jax.grad(loss)
    divided = jax.tree.map(lambda leaf: jnp.reshape(leaf, (parts, -1, *leaf.shape[1:])), examples)
    of_parts = jax.vmap(gradient, (None, 0))(params, divided)
    of_all = gradient(params, examples)
    usual = largest_root_mean_square(of_all)

    def residual(whole: Array, each: Array) -> Residual:
        terms = jnp.mean(jnp.abs(wide(each)), 0)
        allowed = tolerance(whole.dtype).gradient
        return between(whole, jnp.mean(each, 0), allowed, terms + usual.astype(terms.dtype))

    return jax.tree.map(residual, of_all, of_parts)
