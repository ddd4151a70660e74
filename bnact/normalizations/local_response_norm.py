"""Local response normalization: every value divided by the activity of neighbouring features."""

import jax.numpy as jnp

from bnact.normalizations.affine import Affine
from bnact.normalizations.border import checked_positive
from bnact.normalizations.memoryless import memoryless
from bnact.normalizations.neighbours import checked_window, neighbours
from bnact.normalizations.normalization import Normalization
from bnact.types import Array


def local_response_norm(
    size: int = 5, alpha: float = 1e-4, beta: float = 0.75, k: float = 2.0
) -> Normalization:
    """Local response norm: y = x / (k + alpha sum(x^2))^beta, sums over the `size` features around each.

    Beyond the first and last feature there is nothing to add.

    Args:
      size: odd, how many features are summed; 5 as in the paper.
      alpha: weight of the sum; 1e-4 as in the paper. torch and ONNX have alpha sum(x^2) / size, so that
        their alpha is `size` times this one.
      beta: exponent; 0.75 as in the paper.
      k: what is divided by where nothing is active; 2 as in the paper.

    Returns:
      Normalization without parameters or state; train and axis_name make no difference to it.

    Raises:
      ValueError: size is not odd and positive, or one of alpha, beta and k is not above 0.

    Source: Krizhevsky, Sutskever, Hinton, "ImageNet classification with deep convolutional neural networks",
    2012.
    """
    name = "local_response_norm"
    checked_window(name, "size", size)
    checked_positive(name, alpha=alpha, beta=beta, k=k)

    def initial(num_features: int) -> Affine:
        del num_features
        return Affine(None, None)

    def formula(params: Affine, x: Array, mask: Array | None) -> Array:
        del params, mask
        activity = sum(neighbours(jnp.square(x), size), start=jnp.zeros_like(x))
        return x * (k + alpha * activity) ** -beta

    return memoryless(name, initial, formula)
