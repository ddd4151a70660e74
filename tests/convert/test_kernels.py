"""Kernels between outputs first and features last."""

import numpy as np
import pytest

from bnact import convert


@pytest.mark.parametrize("positions", [(), (5,), (5, 7), (2, 3, 4)])
def test_outputs_first_and_features_last_are_each_other_s_inverse(positions):
    weight = np.random.default_rng(0).normal(size=(4, 3, *positions)).astype(np.float32)
    kernel = convert.features_last_kernel(weight)
    assert kernel.shape == (*positions, 3, 4)
    np.testing.assert_array_equal(convert.outputs_first_kernel(kernel), weight)
    assert kernel[(*[1] * len(positions), 2, 3)] == weight[(3, 2, *[1] * len(positions))]


def test_a_dense_map_after_flattening_takes_its_inputs_in_our_order():
    rng = np.random.default_rng(0)
    x, weight = rng.normal(size=(2, 3, 4, 5)), rng.normal(size=(7, 60))
    kernel = convert.dense_after_flatten(weight, channels=3, positions=(4, 5))
    ours = np.moveaxis(x, 1, -1).reshape(2, -1) @ np.asarray(kernel)
    np.testing.assert_allclose(ours, x.reshape(2, -1) @ weight.T, rtol=1e-4, atol=1e-5)
    wrong = convert.dense_after_flatten(weight, channels=5, positions=(4, 3))
    assert not np.allclose(np.moveaxis(x, 1, -1).reshape(2, -1) @ np.asarray(wrong), ours, atol=1e-2)


def test_a_depthwise_kernel_has_one_input_a_group():
    kernel = np.arange(2 * 3 * 4 * 5, dtype=np.float32).reshape(2, 3, 4, 5)
    moved = convert.depthwise_kernel(kernel)
    assert moved.shape == (2, 3, 1, 20)
    assert moved[1, 2, 0, 3 * 5 + 4] == kernel[1, 2, 3, 4]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: convert.features_last_kernel(np.zeros(3)),
            r"features_last_kernel: a kernel must have inputs",
        ),
        (lambda: convert.outputs_first_kernel(np.zeros(3)), r"outputs_first_kernel: .*got shape \(3,\)"),
        (lambda: convert.depthwise_kernel(np.zeros(3)), r"depthwise_kernel: .*got shape \(3,\)"),
        (
            lambda: convert.dense_after_flatten(np.zeros((2, 12)), 3, (2, 3)),
            r"weight must be \(outputs, channels \* positions\); got shape \(2, 12\), channels=3",
        ),
    ],
)
def test_bad_calls(call, message):
    with pytest.raises(ValueError, match=message):
        call()
