"""A dataset's arrays on the device, as the compiled program takes them."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from bnact.data import Dataset, Split
from bnact.types import Array


class Labelled(NamedTuple):
    """Inputs of shape (n, features) in float32 and labels (n,) in int32, or float32 in a regression."""

    inputs: Array
    labels: Array


class Examples(NamedTuple):
    """The three splits of a dataset."""

    train: Labelled
    validation: Labelled
    test: Labelled


def examples(dataset: Dataset) -> Examples:
    """The dataset's arrays as jax arrays."""

    def labelled(split: Split) -> Labelled:
        return Labelled(jnp.asarray(split.inputs), jnp.asarray(split.labels))

    return Examples(labelled(dataset.train), labelled(dataset.validation), labelled(dataset.test))


def shapes_of_examples(dataset: Dataset) -> Examples:
    """Shapes and types of `examples`, of which a program is compiled without a copy of the data."""

    def shape_of(array: Any) -> Any:
        return jax.ShapeDtypeStruct(array.shape, jax.dtypes.canonicalize_dtype(array.dtype))

    def labelled(split: Split) -> Labelled:
        return Labelled(shape_of(split.inputs), shape_of(split.labels))

    return Examples(labelled(dataset.train), labelled(dataset.validation), labelled(dataset.test))
