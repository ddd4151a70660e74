"""Every class has an example to train on, whatever the split holds out."""

import re

import numpy as np
import pytest

from bnact.data import Split, from_arrays, from_splits, from_targets
from bnact.data.arrays import SPLIT_SEED

ORDER = np.random.RandomState(SPLIT_SEED).permutation(20)
INPUTS = np.random.default_rng(0).normal(size=(20, 3))
LEFT = "must have an example left to train on, once others are held out; got none of class"


def labels_with_one_example_of_class_two_at(position):
    labels = np.arange(20) % 2
    labels[position] = 2
    return labels


@pytest.mark.parametrize("held", [12, 15, 16, 19])
def test_a_class_that_is_held_out_whole_is_an_error(held):
    labels = labels_with_one_example_of_class_two_at(ORDER[held])
    with pytest.raises(
        ValueError, match=re.escape(f"mine: every one of the 3 classes {LEFT} 2 among 12; add")
    ):
        from_arrays("mine", INPUTS, labels)


def test_a_class_with_a_single_example_to_train_on_is_none():
    dataset = from_arrays("mine", INPUTS, labels_with_one_example_of_class_two_at(ORDER[11]))
    assert 2 in dataset.train.labels


def test_a_training_set_of_one_class_is_an_error():
    labels = np.zeros(20, int)
    labels[ORDER[12:]] = 1
    with pytest.raises(
        ValueError, match=re.escape(f"mine: every one of the 2 classes {LEFT} 1 among 12; add")
    ):
        from_arrays("mine", INPUTS, labels)


def test_a_class_that_validation_takes_is_an_error():
    test = Split(INPUTS[:5], np.arange(5) % 3)
    labels = labels_with_one_example_of_class_two_at(ORDER[16])
    with pytest.raises(
        ValueError, match=re.escape(f"mine: every one of the 3 classes {LEFT} 2 among 16; add")
    ):
        from_splits("mine", Split(INPUTS, labels), test, 3)
    labels = labels_with_one_example_of_class_two_at(ORDER[15])
    assert from_splits("mine", Split(INPUTS, labels), test, 3).outputs == 3


def test_one_class_is_nothing_to_tell_apart():
    nought = np.zeros(20, int)
    with pytest.raises(
        ValueError, match="mine: there must be at least 2 classes; got only label 0; add examples"
    ):
        from_splits("mine", Split(INPUTS, nought), Split(INPUTS, nought), 1)


def test_targets_that_do_not_vary_are_called_targets():
    with pytest.raises(
        ValueError, match="^mine: the standard deviation of the training targets must be positive"
    ):
        from_targets("mine", INPUTS, np.ones(20))
