"""Spectral normalization: a kernel divided by its largest singular value."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from bnact.normalizations.border import checked_size
from bnact.normalizations.standardize import quotient
from bnact.normalizations.weights.kernels import brought_to_one, wide_kernel
from bnact.normalizations.weights.weight_normalization import OutputScale, WeightNormalization
from bnact.types import Array, Key


class SpectralState(NamedTuple):
    """The vectors of the power iteration, of length 1, in float32 or wider.

    Attributes:
      left: (prod of the kernel's leading axes,).
      right: (outputs,).
    """

    left: Array
    right: Array


def spectral_norm(iterations: int = 1) -> WeightNormalization:
    """Spectral norm: w / value, value = left . w right, w being the kernel as a matrix (prod, outputs).

    In training each call takes `iterations` steps of the power iteration from the vectors of the state,

        left = w right / |w right|,    right = w' left / |w' left|,

    and keeps where it ends. Value is then |w' left|: never negative, at most the largest singular value, and
    ever closer to it. Both vectors together may have either sign, which value does not depend on. Where a
    product is 0, the vector stays as it was. Evaluation takes the vectors as they are. The vectors have no
    gradient; that of value is left right', and it is the true one where the iteration has converged.

    A kernel of a convolution is the matrix from a patch to the outputs, as in the paper; the operator norm of
    the whole convolution may be larger, by up to the square root of how many patches a position is in.

    A kernel of zeros stays 0, and so it does wherever value is not above 0 (which evaluation with the
    vectors of an unlike kernel can bring about); there the gradient is 0.

    Args:
      iterations: steps of each call in training; 1 as in the paper. `init` takes as many.

    Returns:
      WeightNormalization without parameters, whose state is a `SpectralState`. `apply` raises ValueError
      where the vectors are not of the kernel's sizes.

    Raises:
      ValueError: iterations is not a whole number of at least 1.

    Source: Miyato, Kataoka, Koyama, Yoshida, "Spectral normalization for generative adversarial networks",
    2018.
    """
    name = "spectral_norm"
    checked_size(name, "iterations", iterations)

    def init(kernel: Array, key: Key) -> tuple[OutputScale, SpectralState]:
        matrix = _matrix(wide_kernel(name, kernel))
        left_key, right_key = jax.random.split(key)
        left, right = (
            jax.random.normal(key, (size,), matrix.dtype)
            for key, size in zip((left_key, right_key), matrix.shape, strict=True)
        )
        start = SpectralState(left / jnp.linalg.norm(left), right / jnp.linalg.norm(right))
        return OutputScale(None), _iterated(start, brought_to_one(matrix, (0, 1))[0], iterations)

    def apply(
        params: OutputScale, state: SpectralState, kernel: Array, train: bool = True
    ) -> tuple[Array, SpectralState]:
        wide = wide_kernel(name, kernel, params)
        matrix, _ = brought_to_one(_matrix(wide), (0, 1))
        _check_vectors(name, matrix, state)
        if train:
            state = _iterated(state, lax.stop_gradient(matrix), iterations)
        value = jnp.broadcast_to(_value(state, matrix), matrix.shape)
        return jnp.reshape(quotient(matrix, value), wide.shape).astype(kernel.dtype), state

    return WeightNormalization(init, apply)


def singular_value(state: SpectralState, kernel: Array) -> Array:
    """What spectral norm divides by, left . w right: at most the largest singular value of the kernel.

    Args:
      state: the vectors that `apply` has returned for this kernel, as constants.
      kernel: (..., outputs), as a matrix (prod, outputs).

    Returns:
      Scalar in float32 or wider.
    """
    matrix, size = brought_to_one(_matrix(wide_kernel("singular_value", kernel)), (0, 1))
    _check_vectors("singular_value", matrix, state)
    return _value(state, matrix) * size[0, 0]


def _matrix(kernel: Array) -> Array:
    return jnp.reshape(kernel, (-1, kernel.shape[-1]))


def _value(state: SpectralState, matrix: Array) -> Array:
    left, right = (lax.stop_gradient(vector).astype(matrix.dtype) for vector in state)
    return jnp.dot(left, _product(matrix, right), precision=lax.Precision.HIGHEST)


def _iterated(state: SpectralState, matrix: Array, iterations: int) -> SpectralState:
    def step(_: int, vectors: SpectralState) -> SpectralState:
        left = _direction(_product(matrix, vectors.right), vectors.left)
        return SpectralState(left, _direction(_product(matrix.T, left), vectors.right))

    vectors = SpectralState(*(vector.astype(matrix.dtype) for vector in state))
    vectors = lax.fori_loop(0, iterations, step, vectors)
    return SpectralState(*(new.astype(old.dtype) for new, old in zip(vectors, state, strict=True)))


def _product(matrix: Array, vector: Array) -> Array:
    # Where a device multiplies in less than float32 by default, it must not do so here.
    return jnp.matmul(matrix, vector, precision=lax.Precision.HIGHEST)


def _direction(product: Array, otherwise: Array) -> Array:
    near_one, _ = brought_to_one(product, (0,))
    length = jnp.linalg.norm(near_one)
    return jnp.where(length > 0, near_one / jnp.where(length > 0, length, 1), otherwise)


def _check_vectors(name: str, matrix: Array, state: SpectralState) -> None:
    left, right = state.left.shape, state.right.shape
    if (left, right) != (matrix.shape[:1], matrix.shape[1:]):
        raise ValueError(
            f"{name}: the state's vectors must be as long as the kernel's sides; got left of shape {left}, "
            f"right of shape {right}, a kernel that is {matrix.shape} as a matrix; use init(kernel, key)"
        )
