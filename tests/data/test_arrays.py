import re

import numpy as np
import pytest

from bnact.data import Split, from_arrays, from_splits, from_targets
from bnact.data.dataset import content_hash


def examples(count=103, classes=3):
    random = np.random.default_rng(1)
    inputs = random.normal(5.0, [0.01, 1.0, 30.0], (count, 3))
    return inputs, np.arange(count) % classes


def test_the_splits_are_sixty_twenty_twenty_and_hold_every_example_once():
    count = 103
    inputs, labels = examples(count)
    inputs[:, 0] = np.arange(count)
    dataset = from_arrays("mine", inputs, labels)
    splits = (dataset.train, dataset.validation, dataset.test)
    assert [len(split.labels) for split in splits] == [61, 21, 21]
    first = np.concatenate([split.inputs[:, 0] for split in splits])
    order = np.argsort(first)
    np.testing.assert_array_equal(np.diff(np.sort(first)) > 0, True)
    np.testing.assert_array_equal(np.concatenate([split.labels for split in splits])[order], labels)
    assert not np.array_equal(order, np.arange(count))


def test_the_training_set_is_centred_by_feature_and_scaled_by_one_number():
    inputs, labels = examples()
    train = from_arrays("mine", inputs, labels).train
    assert train.inputs.dtype == np.float32
    assert train.labels.dtype == np.int32
    np.testing.assert_allclose(train.inputs.mean(axis=0, dtype=np.float64), 0.0, atol=1e-6)
    np.testing.assert_allclose(train.inputs.std(dtype=np.float64), 1.0, rtol=1e-6)
    spread = train.inputs.std(axis=0, dtype=np.float64)
    np.testing.assert_allclose(spread[1] / spread[2], 1 / 30, rtol=0.3)


def test_only_the_training_set_standardizes():
    inputs, labels = examples()
    dataset = from_arrays("mine", inputs, labels)
    moved = inputs.copy()
    held_out = ~np.isin(standardized(inputs, dataset), dataset.train.inputs).all(axis=1)
    moved[held_out] += 1000.0
    again = from_arrays("mine", moved, labels)
    assert held_out.sum() == len(dataset.validation.labels) + len(dataset.test.labels)
    np.testing.assert_array_equal(again.train.inputs, dataset.train.inputs)
    assert np.abs(again.test.inputs).min() > 10.0


def standardized(inputs, dataset):
    """All examples, standardized with the factors found by comparing one example before and after."""
    order = np.argsort(inputs[:, 2])
    splits = np.concatenate([dataset.train.inputs, dataset.validation.inputs, dataset.test.inputs])
    result = np.empty_like(splits)
    result[order] = splits[np.argsort(splits[:, 2])]
    return result


def test_a_large_offset_keeps_the_digits_of_a_small_spread():
    inputs, labels = examples()
    near = from_arrays("near", inputs - 5.0, labels)
    far = from_arrays("far", inputs + 1e7, labels)
    np.testing.assert_allclose(far.train.inputs, near.train.inputs, atol=1e-6)


def test_the_arrays_cannot_be_written():
    dataset = from_arrays("mine", *examples())
    for array in (*dataset.train, *dataset.validation, *dataset.test):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_the_users_arrays_stay_as_they_were():
    inputs, labels = examples()
    before = inputs.copy()
    from_arrays("mine", inputs, labels)
    np.testing.assert_array_equal(inputs, before)
    inputs[0] = 0.0


def test_what_it_says_of_itself():
    dataset = from_arrays("mine", *examples(classes=4))
    assert (dataset.name, dataset.classes, dataset.features) == ("mine", 4, 3)
    assert len(dataset.hash) == 64


def test_the_hash_changes_with_every_part_of_the_content_and_with_nothing_else():
    inputs, labels = examples()
    reference = content_hash(inputs, labels)
    other_label = labels.copy()
    other_label[0] = 1
    other_input = inputs.copy()
    other_input[-1, -1] = np.nextafter(other_input[-1, -1], 0)
    different = [
        content_hash(inputs, other_label),
        content_hash(other_input, labels),
        content_hash(inputs.astype(np.float32), labels),
        content_hash(inputs.reshape(-1, 1), labels),
        content_hash(labels, inputs),
    ]
    assert len({reference, *different}) == 6
    assert content_hash(np.asfortranarray(inputs), labels.astype(">i8")) == reference


@pytest.mark.parametrize(("value", "came"), [(3.0, "0.0"), (1e200, "inf")])
def test_inputs_that_cannot_be_standardized_are_refused(value, came):
    inputs = np.full((20, 2), 3.0)
    inputs[::2] = value
    with pytest.raises(
        ValueError, match=f"mine: the standard deviation .* must be positive and finite; got {came}"
    ):
        from_arrays("mine", inputs, np.arange(20) % 2)


def test_the_scaling_is_said_and_is_part_of_the_hash():
    inputs, labels = examples()
    made = {scaling: from_arrays("mine", inputs, labels, scaling) for scaling in ("whole", "each", "none")}
    assert made["whole"].hash == from_arrays("mine", inputs, labels).hash
    assert len({dataset.hash for dataset in made.values()}) == 3
    np.testing.assert_allclose(made["each"].train.inputs.std(axis=0, dtype=np.float64), 1.0, rtol=1e-6)
    assert set(made["none"].test.inputs[:, 0]) <= set(inputs[:, 0].astype(np.float32))


def test_four_axes_are_images_row_by_row_with_channels_last():
    images = np.random.default_rng(0).normal(size=(20, 4, 5, 3))
    dataset = from_arrays("mine", images, np.arange(20) % 2, "none")
    assert (dataset.image_shape, dataset.features) == ((4, 5, 3), 60)
    again = dataset.train.inputs.reshape(-1, *(4, 5, 3))
    assert all((example == images.astype(np.float32)).all(axis=(1, 2, 3)).any() for example in again)
    assert from_arrays("mine", images[:, 0], np.arange(20) % 2).image_shape is None


def test_targets_have_the_mean_zero_and_the_variance_one_on_the_training_set():
    inputs, _ = examples()
    targets = 7.0 + 3.0 * inputs[:, 2]
    dataset = from_targets("line", inputs, targets)
    line = dataset.train.labels.astype(np.float64)
    assert dataset.train.labels.dtype == np.float32
    np.testing.assert_allclose([line.mean(), line.std()], [0.0, 1.0], atol=1e-6)
    # One affine map for all three splits: what is a line in the inputs stays one.
    for split in (dataset.train, dataset.validation, dataset.test):
        slope = np.diff(split.labels.astype(np.float64)) / np.diff(split.inputs[:, 2].astype(np.float64))
        np.testing.assert_allclose(slope, slope[0], rtol=1e-2)
    assert dataset.hash != from_targets("line", inputs, targets + 1).hash


def test_targets_and_labels_of_the_same_numbers_are_different_content():
    inputs, labels = examples()
    assert from_arrays("mine", inputs, labels).hash != from_targets("mine", inputs, labels).hash


BROKEN_TARGETS = {
    "nan": (
        np.where(np.arange(103) == 8, np.nan, 1.0),
        "line: targets must be finite; got 1 NaN and 0 infinite, the first nan at targets[8]",
    ),
    "text": (np.full(103, "a"), "line: targets must be real numbers; got dtype <U1; use targets.astype"),
    "columns": (
        np.ones((103, 2)),
        "line: targets must have shape (examples,); got shape (103, 2); use targets.reshape",
    ),
    "too few": (np.arange(102.0), "line: every example must have one target; got 103 inputs and 102 targets"),
    "one value": (
        np.ones(103),
        "line: the standard deviation of the training targets must be positive",
    ),
}


@pytest.mark.parametrize("case", BROKEN_TARGETS)
def test_targets_that_break_a_rule_are_refused(case):
    targets, message = BROKEN_TARGETS[case]
    with pytest.raises(ValueError, match=re.escape(message)):
        from_targets("line", examples()[0], targets)


def parts(count=50, held=20):
    random = np.random.default_rng(5)
    train = Split(random.integers(0, 256, (count, 3, 3, 1), np.uint8), np.arange(count) % 4)
    return train, Split(random.integers(0, 256, (held, 3, 3, 1), np.uint8), np.arange(held) % 3)


def test_a_test_set_of_its_own_is_kept_in_its_order():
    train, test = parts()
    dataset = from_splits("mine", train, test, classes=4)
    assert [len(split.labels) for split in (dataset.train, dataset.validation, dataset.test)] == [40, 10, 20]
    assert (dataset.outputs, dataset.image_shape) == (4, (3, 3, 1))
    np.testing.assert_array_equal(dataset.test.labels, test.labels)
    np.testing.assert_allclose(dataset.train.inputs.std(dtype=np.float64), 1.0, rtol=1e-6)
    flat = test.inputs.reshape(20, -1).astype(np.float64)
    steps = np.diff(dataset.test.inputs, axis=0) * np.diff(flat, axis=0)
    assert (steps >= 0).all()


def test_a_test_set_changes_the_hash_and_not_the_training_set():
    train, test = parts()
    reference = from_splits("mine", train, test, classes=4)
    other = from_splits("mine", train, test._replace(inputs=test.inputs + np.uint8(1)), classes=4)
    assert reference.hash != other.hash
    np.testing.assert_array_equal(reference.train.inputs, other.train.inputs)
    np.testing.assert_array_equal(reference.validation.labels, other.validation.labels)


def with_test(train, test, **changes):
    return train, test._replace(**changes), 4


ITS_TEST_SET = "mine, its test set: "
BROKEN_PARTS = {
    "a class too many": (
        lambda train, test: (train, test, 3),
        "mine: labels must be from 0 to 2, one for each of 3 outputs; got 3",
    ),
    "a class too few": (
        lambda train, test: (train, test, 5),
        "mine: every one of the 5 classes must have a training example; got none of class 4; add",
    ),
    "a test label": (
        lambda train, test: with_test(train, test, labels=test.labels + 2),
        ITS_TEST_SET + "labels must be from 0 to 3, one for each of 4 outputs; got 4 at labels[2]",
    ),
    "another shape": (
        lambda train, test: with_test(train, test, inputs=test.inputs[:, :2]),
        "of the training set's shape, each with a label; got inputs (20, 2, 3, 1) with 20 labels beside "
        "(50, 3, 3, 1); give",
    ),
    "a label missing": (
        lambda train, test: with_test(train, test, labels=test.labels[1:]),
        "got inputs (20, 3, 3, 1) with 19 labels beside",
    ),
    "infinite": (
        lambda train, test: with_test(train, test, inputs=np.full(test.inputs.shape, np.inf)),
        ITS_TEST_SET + "inputs must be finite; got 0 NaN and 180 infinite",
    ),
    "no test example": (
        lambda train, test: with_test(train, test, inputs=test.inputs[:0], labels=test.labels[:0]),
        "mine: the test set must have an example; got none; add",
    ),
}


@pytest.mark.parametrize("case", BROKEN_PARTS)
def test_parts_that_break_a_rule_are_refused(case):
    change, message = BROKEN_PARTS[case]
    train, test, classes = change(*parts())
    with pytest.raises(ValueError, match=re.escape(message)):
        from_splits("mine", train, test, classes)
