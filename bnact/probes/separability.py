"""How far a representation tells classes apart."""

import jax
import jax.numpy as jnp

from bnact.types import Array

from .refusals import check_examples, check_labels
from .representations import centred, others, over_distances


def neighbour_accuracy(x: Array, labels: Array) -> Array:
    """Accuracy of the label of the nearest other example: leave-one-out, by Euclidean distance.

    Of several others that are equally near, each counts in equal parts, so the order of examples does not
    matter.

    Args:
      x: (examples, features) floating, at least 2 examples.
      labels: (examples,) integers, one a class.

    Returns:
      A scalar between 0 and 1, float32 or wider; NaN where a value of x is NaN.

    Raises:
      TypeError: x is not real floating, or the labels are no integers.
      ValueError: x is not (examples, features), has one example, or has not one label for each.

    Source: Cover and Hart, Nearest neighbor pattern classification, 1967.
    """
    check_examples("neighbour_accuracy", x, 2)
    check_labels("neighbour_accuracy", x, labels)

    def share(squares: Array, own: Array) -> Array:
        to_others = others(squares, own, jnp.inf)
        is_nearest = to_others == jnp.min(to_others)
        is_right = is_nearest & (labels == labels[own])
        return jnp.sum(is_right).astype(squares.dtype) / jnp.sum(is_nearest).astype(squares.dtype)

    return jnp.mean(over_distances(x, share))


def between_class_share(x: Array, labels: Array) -> Array:
    """The share of a representation's variance that is between classes: tr S_B / tr S_T.

    S_B is the covariance of the examples with each replaced by the mean of its class, S_T that of the
    examples. 0 where all class means are equal, 1 where every class is one point. Of n examples with labels
    at random over k classes it is (k - 1) / (n - 1) in the mean, so compare it at equal n.

    Args:
      x: (examples, features) floating, at least 2 examples.
      labels: (examples,) integers, one a class.

    Returns:
      A scalar between 0 and 1, float32 or wider; NaN where all examples are equal or a value is NaN.

    Raises:
      TypeError: x is not real floating, or the labels are no integers.
      ValueError: x is not (examples, features), has one example, or has not one label for each.

    Source: Fisher, The use of multiple measurements in taxonomic problems, 1936.
    """
    check_examples("between_class_share", x, 2)
    check_labels("between_class_share", x, labels)
    examples = x.shape[0]
    rows = centred(x)
    largest = jnp.max(jnp.abs(rows))
    rows = rows / jnp.where(largest > 0, largest, 1)
    # As many classes as examples at most, whatever the numbers that stand for them.
    _, place = jnp.unique(labels, size=examples, return_inverse=True)
    sums = jax.ops.segment_sum(rows, place, examples)
    members = jax.ops.segment_sum(jnp.ones(examples, rows.dtype), place, examples)
    means = sums / jnp.maximum(members, 1)[:, None]
    return jnp.sum(members[:, None] * jnp.square(means)) / jnp.sum(jnp.square(rows))
