"""Which entries of a block one output entry depends on: measured, by its derivative."""

import jax
import jax.numpy as jnp
import numpy as np

from bnact.types import Array

from .subject import Subject, drawn_settings, made

BLOCKS_DRAWN = 8
"""Random blocks. An entry counts that moves the output in any of them: a norm may take one of two ways."""


def derivatives(subject: Subject, train: bool, small_epsilon: bool = False) -> tuple[Array, Array]:
    """The derivative of one output entry by every input entry, in float64.

    Args:
      subject: which norm.
      train: in training, or in evaluation.
      small_epsilon: True puts 1e-12 in the place of epsilon, where there is one.

    Returns:
      (blocks, derivatives), both (8, *shape), the blocks being independent standard normal values.
    """
    block = subject.block
    settings = {**drawn_settings(subject), **({"epsilon": 1e-12} if small_epsilon else {})}
    with jax.enable_x64(True):
        norm = made(subject, settings, block.shape)
        x = jax.random.normal(jax.random.key(1), (BLOCKS_DRAWN, *block.shape), jnp.float64)

        def output(x: Array) -> Array:
            return norm.apply(norm.params, norm.state, x, train=train)[0][block.output]

        return x, jax.jit(jax.vmap(jax.grad(output)))(x)


def dependence(subject: Subject, train: bool) -> np.ndarray:
    """Where the derivative is not 0: a boolean array of the block's shape."""
    _, slopes = derivatives(subject, train)
    return np.any(np.asarray(slopes) != 0, axis=0)


def packed(dependence: np.ndarray) -> str:
    """A boolean array as hexadecimal digits."""
    return np.packbits(dependence).tobytes().hex()


def unpacked(digits: str, shape: tuple[int, ...]) -> np.ndarray:
    """The boolean array of that shape that was packed."""
    bits = np.unpackbits(np.frombuffer(bytes.fromhex(digits), np.uint8), count=int(np.prod(shape)))
    return bits.astype(bool).reshape(shape)


def in_words(dependence: np.ndarray, subject: Subject) -> str:
    """What an output depends on, such as "all examples, all positions, its own feature"."""
    block = subject.block
    sets = [_indices(dependence, axis) for axis in range(4)]
    if all(len(each) == 1 for each in sets):
        return "itself alone"
    if dependence.all():
        return "every entry"
    words = [
        _axis_in_words(each, block.shape[k], block.output[k], block.axes[k]) for k, each in enumerate(sets)
    ]
    first = block.axes.index("rows")
    rows, columns = words[first : first + 2]
    if rows.split()[0] == columns.split()[0]:
        words[first : first + 2] = ["all positions" if rows.startswith("all") else "its own position"]
    some = "" if dependence.sum() == np.prod([len(each) for each in sets]) else " (of these, some)"
    return ", ".join(words) + some


def _indices(dependence: np.ndarray, axis: int) -> list[int]:
    others = tuple(other for other in range(dependence.ndim) if other != axis)
    return np.flatnonzero(dependence.any(others)).tolist()


def _axis_in_words(indices: list[int], size: int, own: int, axis: str) -> str:
    reach = (len(indices) - 1) // 2
    if indices == [own]:
        return f"its own {axis.removesuffix('s')}"
    if len(indices) == size:
        return f"all {axis}"
    if indices == list(range(own - reach, own + reach + 1)):
        return f"{axis} at most {reach} away"
    return f"a group of {len(indices)} {axis}"
