import numpy as np
import pytest

from bnact.data import from_arrays
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
