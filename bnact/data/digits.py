"""Handwritten digits, as they come with scikit-learn: nothing is downloaded."""

from collections.abc import Callable

import numpy as np

from bnact.data.arrays import from_arrays
from bnact.data.dataset import Dataset


def digits() -> Dataset:
    """1797 handwritten digits of 8 x 8 pixels in 10 classes: 1077 to train, 360 to validate, 360 to test.

    Raises:
      ImportError: if scikit-learn, which brings the images, is not installed.

    Source: E. Alpaydin, C. Kaynak, Optical Recognition of Handwritten Digits, UCI repository, 1998.
    """
    inputs, labels = bundled("digits")(return_X_y=True)
    what = "images of handwritten digits, 8 × 8 pixels, that scikit-learn bundles (Alpaydin and Kaynak, 1998)"
    return from_arrays("digits", inputs.reshape(-1, 8, 8, 1), labels, what=what)


def bundled(name: str) -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    """scikit-learn's function that loads a set which comes with it.

    Args:
      name: of the set, without the `load_` of the function's name.

    Raises:
      ImportError: if scikit-learn is not installed.
    """
    try:
        import sklearn.datasets
    except ImportError as error:
        raise ImportError(
            f"{name}: the examples come with scikit-learn; it is not installed; use pip install "
            "'bnact[study]'"
        ) from error
    return getattr(sklearn.datasets, f"load_{name}")
