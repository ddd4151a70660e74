import dataclasses
import re

import numpy as np
import pytest

from bnact.data import from_arrays, from_targets
from bnact.data.dataset import content_hash, derived_hash

INPUTS = np.random.default_rng(1).normal(size=(60, 12))
DATASET = from_arrays("mine", INPUTS, np.arange(60) % 3)


def test_a_classification_puts_out_a_number_for_each_class():
    assert (DATASET.kind, DATASET.outputs, DATASET.classes, DATASET.features) == ("classification", 3, 3, 12)


def test_a_regression_puts_out_one_number_and_has_no_classes():
    dataset = from_targets("line", INPUTS, INPUTS.sum(axis=1))
    assert (dataset.kind, dataset.outputs) == ("regression", 1)
    with pytest.raises(
        ValueError, match="line: only a classification has classes; got a regression; use outputs"
    ):
        _ = dataset.classes


@pytest.mark.parametrize("label", [-1, 3, 10])
@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_a_label_that_no_output_stands_for_is_refused(split, label):
    labels = getattr(DATASET, split).labels.copy()
    labels[4] = label
    broken = getattr(DATASET, split)._replace(labels=labels)
    message = f"mine: labels must be from 0 to 2, one for each of 3 outputs; got {label} at labels[4]; drop"
    with pytest.raises(ValueError, match=re.escape(message)):
        dataclasses.replace(DATASET, **{split: broken})


def test_more_classes_than_outputs_are_refused():
    with pytest.raises(ValueError, match="labels must be from 0 to 1, one for each of 2 outputs; got 2 at"):
        dataclasses.replace(DATASET, outputs=2)


def test_labels_of_a_classification_are_integers():
    broken = DATASET.test._replace(labels=DATASET.test.labels.astype(np.float32))
    with pytest.raises(ValueError, match="mine: labels must be integers, one a class; got dtype float32"):
        dataclasses.replace(DATASET, test=broken)


def test_an_image_has_as_many_numbers_as_an_example():
    assert dataclasses.replace(DATASET, image_shape=(2, 2, 3)).image_shape == (2, 2, 3)
    message = "mine: the image shape must have as many numbers as an example; got (2, 2, 1) for 12 features"
    with pytest.raises(ValueError, match=re.escape(message)):
        dataclasses.replace(DATASET, image_shape=(2, 2, 1))


def test_a_derived_hash_is_of_the_content_and_of_what_was_made():
    hashes = {derived_hash("a", "x"), derived_hash("a", "y"), derived_hash("b", "x"), content_hash(INPUTS)}
    assert {len(digits) for digits in hashes} == {64}
    assert len(hashes) == 4
