"""Handwritten digits, as they come with scikit-learn: nothing is downloaded."""

import dataclasses

from bnact.data.dataset import Dataset, from_arrays


def digits() -> Dataset:
    """1797 handwritten digits of 8 x 8 pixels in 10 classes: 1077 to train, 360 to validate, 360 to test.

    Raises:
      ImportError: if scikit-learn, which brings the images, is not installed.

    Source: E. Alpaydin, C. Kaynak, Optical Recognition of Handwritten Digits, UCI repository, 1998.
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise ImportError(
            "digits: the images come with scikit-learn; it is not installed; use pip install 'bnact[study]'"
        ) from error
    inputs, labels = load_digits(return_X_y=True)
    return dataclasses.replace(from_arrays("digits", inputs, labels), image_shape=(8, 8, 1))
