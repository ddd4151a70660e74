"""Which examples a step sees: a pure function of a key and the step, without a table and without a state."""

import math

import jax
import jax.numpy as jnp
from jax import lax

from bnact.data.dataset import Dataset
from bnact.types import Array, Key

_ROUNDS = 8
"""Of the Feistel network; four make a pseudorandom permutation, eight leave a margin on small sets."""


def batch_indices(key: Key, step: Array | int, num_examples: int, batch_size: int) -> Array:
    """The positions in the training set of the examples of one step.

    Steps come in epochs of `steps_per_epoch`. Every epoch has a permutation of its own, from the key and the
    epoch's number; its steps take consecutive parts of it, so that no example is seen twice in an epoch.
    The num_examples % batch_size examples at the permutation's end sit that epoch out.

    The permutation is a bijection that can be evaluated at one position (a Feistel network whose excess is
    walked through), so that a step costs as much as its batch, whatever the number of examples; sorting a
    whole permutation at every step would cost more than the step of a small network.

    Args:
      key: chooses the order of the data.
      step: () the number of the step, from 0; may be traced.
      num_examples: in the training set; static.
      batch_size: examples in a step; static.

    Returns:
      (batch_size,) int32, different numbers from 0 to num_examples - 1.

    Raises:
      ValueError: if batch_size is not between 1 and num_examples.

    Source: J. Black, P. Rogaway, Ciphers with Arbitrary Finite Domains, 2002.
    """
    epoch_steps = steps_per_epoch(num_examples, batch_size)
    step = jnp.asarray(step, jnp.int32)
    first = (step % epoch_steps) * batch_size
    positions = (first + jnp.arange(batch_size, dtype=jnp.int32)).astype(jnp.uint32)
    return _permuted(jax.random.fold_in(key, step // epoch_steps), positions, num_examples).astype(jnp.int32)


def steps_per_epoch(num_examples: int, batch_size: int) -> int:
    """The number of whole batches in the training set.

    Raises:
      ValueError: if batch_size is not between 1 and num_examples.
    """
    _check("batches", num_examples, batch_size)
    return num_examples // batch_size


def check_batch_size(dataset: Dataset, batch_size: int) -> None:
    """Checks, before anything is compiled, that the training set has a batch in it.

    Raises:
      ValueError: if batch_size is not between 1 and the number of training examples.
    """
    _check(dataset.name, len(dataset.train.labels), batch_size)


def _check(subject: str, num_examples: int, batch_size: int) -> None:
    if not 1 <= batch_size <= num_examples:
        raise ValueError(
            f"{subject}: batch_size must be at least 1 and at most the number of training examples; got "
            f"batch_size={batch_size} and {num_examples} examples; use a batch_size from 1 to {num_examples}"
        )


def _permuted(key: Key, positions: Array, count: int) -> Array:
    """The images of the positions under the key's permutation of 0, ..., count - 1."""
    side = math.isqrt(count - 1) + 1
    round_keys = jax.random.bits(key, (_ROUNDS,), jnp.uint32)

    def walked(walk: tuple[Array, Array]) -> tuple[Array, Array]:
        images, outside = walk
        images = jnp.where(outside, _feistel(round_keys, images, side), images)
        return images, images >= jnp.uint32(count)

    # The network permutes side^2 >= count numbers. An image outside is mapped again: its cycle leads back
    # to where it entered, inside, so the walk ends, and what it skips leaves the map one to one.
    start = positions, jnp.ones_like(positions, dtype=bool)
    return lax.while_loop(lambda walk: jnp.any(walk[1]), walked, start)[0]


def _feistel(round_keys: Array, numbers: Array, side: int) -> Array:
    """A permutation of 0, ..., side^2 - 1: each round adds a hash of one digit (base side) to the other."""
    left, right = numbers // jnp.uint32(side), numbers % jnp.uint32(side)
    for round_number in range(_ROUNDS):
        hashed = _hash(right ^ round_keys[round_number]) % jnp.uint32(side)
        left, right = right, (left + hashed) % jnp.uint32(side)
    return left * jnp.uint32(side) + right


def _hash(x: Array) -> Array:
    """A well mixed word for a word (C. Wellons, Hash Function Prospector, 2018)."""
    x = (x ^ (x >> jnp.uint32(16))) * jnp.uint32(0x7FEB352D)
    x = (x ^ (x >> jnp.uint32(15))) * jnp.uint32(0x846CA68B)
    return x ^ (x >> jnp.uint32(16))
