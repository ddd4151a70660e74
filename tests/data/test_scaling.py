import re
from typing import Any

import numpy as np
import pytest

from bnact.data.scaling import scale_of, scaled

RANDOM = np.random.default_rng(3)
TRAIN = RANDOM.normal(5.0, [0.01, 1.0, 30.0], (90, 3))


def applied(train, scaling):
    return scaled("mine", train, scale_of("mine", train, scaling)).astype(np.float64)


def test_as_a_whole_one_number_divides_all_features():
    result = applied(TRAIN, "whole")
    np.testing.assert_allclose(result.mean(axis=0), 0.0, atol=1e-6)
    np.testing.assert_allclose(result.std(), 1.0, rtol=1e-6)
    np.testing.assert_allclose(
        np.ptp(result, axis=0) / np.ptp(TRAIN, axis=0), 1 / TRAIN.std(0).max(), rtol=0.8
    )
    np.testing.assert_allclose(
        np.ptp(result[:, 0]) / np.ptp(result[:, 2]), np.ptp(TRAIN[:, 0]) / np.ptp(TRAIN[:, 2])
    )


def test_each_feature_by_its_own():
    result = applied(TRAIN, "each")
    np.testing.assert_allclose(result.mean(axis=0), 0.0, atol=1e-6)
    np.testing.assert_allclose(result.std(axis=0), 1.0, rtol=1e-6)


def test_none_leaves_inputs_as_they_are():
    np.testing.assert_array_equal(applied(TRAIN, "none"), TRAIN.astype(np.float32))


def test_by_each_a_feature_that_does_not_vary_in_training_is_zero_everywhere():
    train = TRAIN.copy()
    train[:, 1] = 0.1  # whose mean over 90 rows is not 0.1
    scale = scale_of("mine", train, "each")
    other = train[:4] + np.arange(4)[:, None]
    np.testing.assert_array_equal(scaled("mine", train, scale)[:, 1], 0.0)
    np.testing.assert_array_equal(scaled("mine", other, scale)[:, 1], 0.0)


def test_blocks_of_rows_change_no_bit(monkeypatch):
    scale = scale_of("mine", TRAIN, "whole")
    before = scaled("mine", TRAIN, scale)
    monkeypatch.setattr("bnact.data.scaling._BLOCK_ROWS", 7)
    np.testing.assert_array_equal(scaled("mine", TRAIN, scale), before)
    np.testing.assert_array_equal(before, ((TRAIN - scale.center) / scale.divisor).astype(np.float32))


@pytest.mark.parametrize("scaling", ["whole", "each"])
@pytest.mark.parametrize(("value", "came"), [(3.0, "0.0"), (1e200, "inf")])
def test_inputs_that_cannot_be_standardized_are_refused(scaling, value, came):
    inputs = np.full((20, 2), 3.0)
    inputs[::2] = value
    with pytest.raises(
        ValueError, match=f"mine: the standard deviation .* must be positive and finite; got {came}"
    ):
        scale_of("mine", inputs, scaling)


def test_a_spread_too_small_for_a_square_is_not_taken_for_none():
    inputs = np.full((20, 1), 1e-200)
    inputs[::2] = 2e-200
    with pytest.raises(ValueError, match="must be positive and finite; got 0.0"):
        scale_of("mine", inputs, "each")


def test_what_float32_cannot_hold_is_refused():
    message = "mine: inputs must fit in float32 when scaled; got one beyond 3.4e+38; drop that example"
    with pytest.raises(ValueError, match=re.escape(message)):
        scaled("mine", np.full((3, 1), 1e39), scale_of("mine", TRAIN, "none"))


def test_an_unknown_scaling_is_named():
    unknown: Any = "both"
    with pytest.raises(
        ValueError, match="mine: scaling must be one of whole, each, none; got 'both'; use 'whole'"
    ):
        scale_of("mine", TRAIN, unknown)


def test_what_does_not_vary_or_fit_is_called_by_its_name():
    with pytest.raises(
        ValueError, match="mine: the standard deviation of the training targets .*; give targets"
    ):
        scale_of("mine", np.ones((3, 1)), "whole", "targets")
    with pytest.raises(ValueError, match="mine: targets must fit in float32"):
        scaled("mine", np.full((3, 1), 1e39), scale_of("mine", TRAIN, "none"), "targets")
