import numpy as np
import pytest

from bnact.data import DATASETS, from_arrays, from_targets, load, mixed_scale

INPUTS = np.random.default_rng(2).normal(3.0, 2.0, (100, 5))


def test_features_from_0_to_1_beside_features_from_1_to_1000():
    train = mixed_scale(from_arrays("mine", INPUTS, np.arange(100) % 2)).train.inputs
    assert train.dtype == np.float32
    np.testing.assert_array_equal(train.min(axis=0), [0, 1, 0, 1, 0])
    np.testing.assert_array_equal(train.max(axis=0), [1, 1000, 1, 1000, 1])


@pytest.mark.parametrize("scaling", ["whole", "each", "none"])
def test_every_feature_is_an_increasing_line_of_what_it_was_however_that_was_scaled(scaling):
    plain = from_arrays("mine", INPUTS, np.arange(100) % 2, scaling)
    mixed = mixed_scale(plain)
    for before, after in ((plain.train, mixed.train), (plain.test, mixed.test)):
        for feature in range(5):
            line = np.polynomial.Polynomial.fit(before.inputs[:, feature], after.inputs[:, feature], 1)
            span = np.ptp(after.inputs[:, feature])
            assert line.deriv()(0.0) > 0
            np.testing.assert_allclose(
                line(before.inputs[:, feature]), after.inputs[:, feature], atol=1e-5 * span
            )
        np.testing.assert_array_equal(before.labels, after.labels)


def test_only_the_training_set_says_the_range():
    inputs = INPUTS.copy()
    plain = from_arrays("mine", inputs, np.arange(100) % 2, "none")
    held = (inputs.astype(np.float32)[:, None] == plain.test.inputs).all(axis=2).any(axis=1)
    inputs[held] += 100.0
    mixed = mixed_scale(from_arrays("mine", inputs, np.arange(100) % 2, "none"))
    np.testing.assert_array_equal(mixed.train.inputs, mixed_scale(plain).train.inputs)
    assert mixed.test.inputs[:, ::2].min() > 1.0


def test_a_feature_that_does_not_vary_stays_at_its_lower_end():
    inputs = INPUTS.copy()
    inputs[:, :2] = 7.0
    mixed = mixed_scale(from_arrays("mine", inputs, np.arange(100) % 2))
    for split in (mixed.train, mixed.validation, mixed.test):
        np.testing.assert_array_equal(
            split.inputs[:, :2], np.broadcast_to([0.0, 1.0], (len(split.labels), 2))
        )


def test_the_rest_stays_as_it_was():
    plain = from_targets("mine", INPUTS, INPUTS[:, 0])
    mixed = mixed_scale(plain)
    assert (mixed.name, mixed.kind, mixed.outputs) == ("mine-mixed", "regression", 1)
    assert mixed.hash != plain.hash
    with pytest.raises(ValueError, match="read-only"):
        mixed.train.inputs[0] = 0.0


@pytest.mark.parametrize("name", DATASETS)
def test_every_named_dataset_can_be_mixed(name):
    plain, mixed = load(name), load(f"{name}-mixed")
    assert mixed.name == f"{name}-mixed"
    assert (mixed.kind, mixed.outputs, mixed.image_shape) == (plain.kind, plain.outputs, plain.image_shape)
    assert mixed.hash != plain.hash
    assert load(f"{name}-mixed").hash == mixed.hash
    assert mixed.train.inputs.min() == 0.0
    np.testing.assert_allclose(mixed.train.inputs.max(), 1000.0)
