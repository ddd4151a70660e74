import re

import numpy as np
import pytest

from bnact.data.rules import check_image_shape, checked_examples

INPUTS = np.arange(24, dtype=np.float32).reshape(12, 2)
LABELS = np.arange(12) % 3


def changed(array, position, value):
    array = array.copy()
    array[position] = value
    return array


def test_examples_are_flattened_and_labels_become_int32():
    inputs, labels = checked_examples("mine", np.zeros((12, 4, 4, 3), np.uint8), LABELS.astype(np.uint8))
    assert inputs.shape == (12, 48)
    assert inputs.dtype == np.uint8
    assert labels.dtype == np.int32
    np.testing.assert_array_equal(labels, LABELS)


BROKEN = {
    "complex": (
        INPUTS.astype(complex),
        LABELS,
        "mine: inputs must be real numbers; got dtype complex128; use inputs.real, inputs.imag or np.abs",
    ),
    "text": (
        INPUTS.astype(str),
        LABELS,
        "mine: inputs must be real numbers; got dtype <U32; use inputs.astype",
    ),
    "one axis": (INPUTS[:, 0], LABELS, "mine: inputs must have shape (examples, features); got shape (12,)"),
    "no feature": (
        INPUTS[:, :0],
        LABELS,
        "mine: an example must have at least one feature; got shape (12, 0)",
    ),
    "nan": (
        changed(INPUTS, ([4, 7], [1, 0]), np.nan),
        LABELS,
        "mine: inputs must be finite; got 2 NaN and 0 infinite, the first nan at inputs[4, 1]",
    ),
    "infinite, three axes": (
        changed(changed(INPUTS, (9, 1), -np.inf), (11, 0), np.nan)[:, :, None],
        LABELS,
        "mine: inputs must be finite; got 1 NaN and 1 infinite, the first -inf at inputs[9, 1, 0]",
    ),
    "float labels": (
        INPUTS,
        LABELS.astype(float),
        "mine: labels must be integers, one a class; got dtype float64; use np.unique(labels",
    ),
    "fractional labels": (
        INPUTS,
        changed(LABELS.astype(float), [2, 7], [np.nan, 1.5]),
        "got dtype float64, the first fraction 1.5; if they are numbers to predict, a regression, name the "
        "array targets; for classes use np.unique(labels",
    ),
    "complex labels": (INPUTS, LABELS.astype(complex), "got dtype complex128; use np.unique(labels"),
    "boolean labels": (INPUTS, LABELS > 1, "mine: labels must be integers, one a class; got dtype bool"),
    "one-hot labels of floats": (
        INPUTS,
        np.eye(3)[LABELS],
        "labels must be integers, one a class; got rows that are one-hot, of "
        "dtype float64; use labels.argmax(1)",
    ),
    "one-hot labels of booleans": (
        INPUTS,
        np.eye(3, dtype=bool)[LABELS],
        "of dtype bool; use labels.argmax(1)",
    ),
    "two columns that are not one-hot": (
        INPUTS,
        np.eye(3)[LABELS] + 1.0,
        "one a class; got dtype float64; use np.unique(labels",
    ),
    "one-hot labels": (
        INPUTS,
        np.eye(3, dtype=int)[LABELS],
        "mine: labels must have shape (examples,); got shape (12, 3)",
    ),
    "negative": (
        INPUTS,
        changed(LABELS, 5, -1),
        "mine: labels must be at least 0; got -1 at labels[5]; use np.unique",
    ),
    "out of range": (
        INPUTS,
        changed(LABELS, 6, 57),
        "mine: labels must be 0, 1, ..., classes - 1 with no class empty; got 57 at labels[6] and no example "
        "of class 3; use np.unique",
    ),
    "one-based": (INPUTS, LABELS + 1, "got 1 at labels[0] and no example of class 0"),
    "one class": (
        INPUTS,
        0 * LABELS,
        "mine: there must be at least 2 classes; got only label 0; add examples",
    ),
    "counts": (
        INPUTS,
        LABELS[:11],
        "mine: every example must have one label; got 12 inputs and 11 labels; give both arrays",
    ),
    "few": (
        INPUTS[:9],
        LABELS[:9],
        "mine: three splits need at least 10 examples; got 9; add more",
    ),
    "none": (INPUTS[:0], LABELS[:0], "mine: three splits need at least 10 examples; got 0; add more"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_rule_is_named(case):
    inputs, labels, message = BROKEN[case]
    with pytest.raises(ValueError, match=re.escape(message)):
        checked_examples("mine", inputs, labels)


@pytest.mark.parametrize("shape", [(2, 6), (12,), (2, 2, 3, 1), (-2, -6, 1), (0, 3, 4), ()])
def test_an_image_has_three_positive_sizes(shape):
    message = (
        f"mine: the image shape must be three positive sizes, (height, width, channels); got {shape}; use"
    )
    with pytest.raises(ValueError, match=re.escape(message)):
        check_image_shape("mine", shape, 12)


def test_an_image_has_as_many_numbers_as_an_example():
    check_image_shape("mine", (2, 3, 2), 12)
    check_image_shape("mine", None, 12)
    with pytest.raises(ValueError, match="as many numbers as an example; got .* for 13 features; use None"):
        check_image_shape("mine", (2, 3, 2), 13)
