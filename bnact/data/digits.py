"""Handwritten digits, as they come with scikit-learn: nothing is downloaded."""

import numpy as np

from bnact.data.arrays import from_arrays
from bnact.data.dataset import Dataset


def digits() -> Dataset:
    """1797 handwritten digits of 8 x 8 pixels in 10 classes: 1077 to train, 360 to validate, 360 to test.

    Raises:
      ImportError: if scikit-learn, which brings the images, is not installed.

    Source: E. Alpaydin, C. Kaynak, Optical Recognition of Handwritten Digits, UCI repository, 1998.
    """
    inputs, labels = bundled("digits")
    return from_arrays("digits", inputs.reshape(-1, 8, 8, 1), labels)


def bundled(name: str) -> tuple[np.ndarray, np.ndarray]:
    """The inputs (n, features) and the labels or targets (n,) of a set that scikit-learn brings along.

    Args:
      name: of a set, without the `load_` of scikit-learn's function.

    Raises:
      ImportError: if scikit-learn is not installed.
    """
    try:
        import sklearn.datasets
    except ImportError as error:
        raise ImportError(
            f"{name}: the examples come with scikit-learn; it is not installed; use pip install 'bnact[study]'"
        ) from error
    return getattr(sklearn.datasets, f"load_{name}")(return_X_y=True)
