"""A dataset: examples in three splits, and what a network must put out for them."""

import dataclasses
import hashlib
from typing import Literal, NamedTuple

import numpy as np

from bnact.data.labels import check_labels_within
from bnact.data.rules import check_image_shape

Kind = Literal["classification", "regression"]
"""Whether a label is the number of a class, or a target on the line."""


class Split(NamedTuple):
    """Labelled examples.

    Attributes:
      inputs: (n, features) float32.
      labels: (n,) int32, from 0 to classes - 1; of a regression (n,) float32.
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
      outputs: numbers that a network puts out for an example: one for each class, 1 in a regression.
      hash: sha256 in hexadecimal of the examples before they were shuffled and scaled, and of the scaling
        unless it is "whole".
      description: what it is, how it is split and how scaled, in sentences.
      kind: whether labels are classes or targets.
      image_shape: (height, width, channels) of the image an example's features are, row by row, or None.

    Raises:
      ValueError: if a label is no class, or the image shape is not that of the features.
    """

    name: str
    train: Split
    validation: Split
    test: Split
    outputs: int
    hash: str
    description: str
    kind: Kind = "classification"
    image_shape: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        """Checks that labels and image shape fit."""
        check_image_shape(self.name, self.image_shape, self.features)
        if self.kind == "classification":
            for split in (self.train, self.validation, self.test):
                check_labels_within(self.name, split.labels, self.outputs)

    @property
    def features(self) -> int:
        """Numbers in one example."""
        return self.train.inputs.shape[1]

    @property
    def classes(self) -> int:
        """Number of classes.

        Raises:
          ValueError: if this is a regression.
        """
        if self.kind == "regression":
            raise ValueError(
                f"{self.name}: only a classification has classes; got a regression; use outputs, which is 1"
            )
        return self.outputs


def content_hash(*arrays: np.ndarray) -> str:
    """The sha256, in hexadecimal, of the arrays' types, shapes and values (little-endian, row by row)."""
    digest = hashlib.sha256()
    for array in arrays:
        ordered = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        digest.update(f"{ordered.dtype.str}{ordered.shape}".encode())
        digest.update(ordered.data)
    return digest.hexdigest()


def derived_hash(content: str, made: str) -> str:
    """The sha256, in hexadecimal, of a content's hash and of what was made of it."""
    return hashlib.sha256(f"{content} {made}".encode()).hexdigest()


def read_only(array: np.ndarray) -> np.ndarray:
    """The array, which from now on nobody writes to."""
    array.setflags(write=False)
    return array
