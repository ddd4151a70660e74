"""A dataset: labelled examples in three splits, standardized by what the training set shows."""

import dataclasses
import hashlib
from typing import Literal, NamedTuple

import numpy as np

from bnact.data.rules import checked_examples

SPLIT_SEED = 0
"""Of the permutation that decides which example falls into which split; the same for every dataset."""


class Split(NamedTuple):
    """Labelled examples.

    Attributes:
      inputs: (n, features) float32.
      labels: (n,) int32, from 0 to classes - 1; the targets of a regression are float32.
    """

    inputs: np.ndarray
    labels: np.ndarray


@dataclasses.dataclass(frozen=True, eq=False)
class Dataset:
    """Labelled examples in three splits; the arrays are read-only.

    Attributes:
      name: what a setting calls it.
      train: what the weights are fitted to.
      validation: what choices (the learning rate) are made by.
      test: what results are reported on.
      classes: number of classes; of a regression 0.
      hash: sha256 in hexadecimal of the examples, before they were shuffled and standardized.
      image_shape: of one example as (height, width, channels), or None if it is no image.
      kind: what is to be learned: a class, or a number.
    """

    name: str
    train: Split
    validation: Split
    test: Split
    classes: int
    hash: str
    image_shape: tuple[int, ...] | None = None
    kind: Literal["classification", "regression"] = "classification"

    @property
    def outputs(self) -> int:
        """Numbers that a network gives for one example: one for each class, or the target."""
        return self.classes if self.kind == "classification" else 1

    @property
    def features(self) -> int:
        """Numbers in one example."""
        return self.train.inputs.shape[1]


def from_arrays(name: str, inputs: np.ndarray, labels: np.ndarray) -> Dataset:
    """The dataset made of labelled examples: shuffled, split 60 : 20 : 20, and standardized.

    One fixed permutation decides the splits; validation and test hold a fifth each, rounded up. Every
    feature is centred at its mean over the training set, and all are divided by one number, the standard
    deviation of all centred training inputs: a feature that hardly ever varies stays small, where a
    division by its own standard deviation would let one rare example dominate.

    Args:
      name: what to call it, in settings and in errors.
      inputs: (n, ...) real and finite, n at least 10; further axes are flattened into features.
      labels: (n,) integers 0, 1, ..., classes - 1; every class has an example.

    Returns:
      The dataset.

    Raises:
      ValueError: if an array is not what is said above, or the inputs do not vary.
    """
    inputs, labels = checked_examples(name, inputs, labels)
    train, validation, test = _split_positions(len(labels))
    mean = inputs[train].mean(axis=0, dtype=np.float64)
    scale = _root_mean_square(name, inputs[train] - mean)

    def split(positions: np.ndarray) -> Split:
        standardized = ((inputs[positions] - mean) / scale).astype(np.float32)
        return Split(_read_only(standardized), _read_only(labels[positions]))

    return Dataset(
        name=name,
        train=split(train),
        validation=split(validation),
        test=split(test),
        classes=int(labels.max()) + 1,
        hash=content_hash(inputs, labels),
    )


def content_hash(*arrays: np.ndarray) -> str:
    """The sha256, in hexadecimal, of the arrays' types, shapes and values (little-endian, row by row)."""
    digest = hashlib.sha256()
    for array in arrays:
        ordered = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        digest.update(f"{ordered.dtype.str}{ordered.shape}".encode())
        digest.update(ordered.data)
    return digest.hexdigest()


def _split_positions(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    # The stream of RandomState is frozen for ever; that of default_rng may change with numpy.
    permutation = np.random.RandomState(SPLIT_SEED).permutation(count)
    fifth = -(-count // 5)
    train, validation, test = np.split(permutation, [count - 2 * fifth, count - fifth])
    return train, validation, test


def _root_mean_square(name: str, centered: np.ndarray) -> float:
    with np.errstate(over="ignore"):
        scale = float(np.sqrt(np.mean(np.square(centered))))
    if not 0.0 < scale < np.inf:
        raise ValueError(
            f"{name}: the standard deviation of the training inputs must be positive and finite; "
            f"got {scale}; give inputs that vary, of ordinary size"
        )
    return scale


def _read_only(array: np.ndarray) -> np.ndarray:
    array.setflags(write=False)
    return array
