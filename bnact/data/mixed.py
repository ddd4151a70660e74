"""A dataset with the scales that features have before anyone normalizes them."""

import dataclasses

import numpy as np

from bnact.data.dataset import Dataset, Split, derived_hash, read_only
from bnact.data.description import MIXED
from bnact.data.scaling import Scale, scaled


def mixed_scale(dataset: Dataset) -> Dataset:
    """The same examples and splits, with features from 0 to 1 beside features from 1 to 1000.

    Every feature is brought to the range from 0 to 1 by the training set's minimum and maximum,
    u = (x - minimum) / (maximum - minimum), and every second one, beginning with the second, to 1 + 999 u.
    Nothing is centred. A validation or test example may lie outside the range. A feature that does not vary
    over the training set stays at its lower end for every example.

    Args:
      dataset: any; its labels stay as they are.

    Returns:
      The dataset, named "NAME-mixed", with a hash of its own.
    """
    train = dataset.train.inputs
    low, high = (extreme.astype(np.float64) for extreme in (train.min(axis=0), train.max(axis=0)))
    scale = Scale(low, np.where(high > low, high - low, np.inf))
    name = f"{dataset.name}-mixed"

    def mixed(split: Split) -> Split:
        inputs = scaled(name, split.inputs, scale)
        inputs[:, 1::2] = 1 + 999 * inputs[:, 1::2]
        return Split(read_only(inputs), split.labels)

    return dataclasses.replace(
        dataset,
        name=name,
        train=mixed(dataset.train),
        validation=mixed(dataset.validation),
        test=mixed(dataset.test),
        hash=derived_hash(dataset.hash, "mixed scale, 0 to 1 beside 1 to 1000"),
        description=f"{dataset.description} {MIXED}",
    )
