"""Tables of measurements, as they come with scikit-learn: features in units of their own."""

from bnact.data.arrays import from_arrays, from_targets
from bnact.data.dataset import Dataset
from bnact.data.digits import bundled


def breast_cancer() -> Dataset:
    """569 tumours, 30 measurements of the nuclei of their cells, in 2 classes: malignant and benign.

    The largest areas are 4254, the smallest fractal dimensions 0.05: every feature is standardized by itself.

    Raises:
      ImportError: if scikit-learn, which brings the table, is not installed.

    Source: W. Wolberg, O. Mangasarian, N. Street, W. Street, Breast Cancer Wisconsin (Diagnostic), UCI
    repository, 1995.
    """
    what = (
        "tumours in two classes, 30 measurements each, that scikit-learn bundles (Wolberg and others, 1995)"
    )
    return from_arrays("breast_cancer", *bundled("breast_cancer")(return_X_y=True), scaling="each", what=what)


def wine() -> Dataset:
    """178 wines, 13 chemical measurements, in 3 classes: the grower. Features are standardized one by one.

    Raises:
      ImportError: if scikit-learn, which brings the table, is not installed.

    Source: S. Aeberhard, M. Forina, Wine, UCI repository, 1991.
    """
    what = (
        "wines of three growers, 13 chemical measurements each, that scikit-learn bundles (Aeberhard and "
        "Forina, 1991)"
    )
    return from_arrays("wine", *bundled("wine")(return_X_y=True), scaling="each", what=what)


def diabetes() -> Dataset:
    """442 patients, 10 measurements, and how far diabetes had progressed a year later: a regression.

    Raises:
      ImportError: if scikit-learn, which brings the table, is not installed.

    Source: B. Efron, T. Hastie, I. Johnstone, R. Tibshirani, Least Angle Regression, 2004.
    """
    # As measured: scikit-learn's own scaling would leave the last bits, and so the hash, to its version.
    inputs, targets = bundled("diabetes")(return_X_y=True, scaled=False)
    what = (
        "patients, 10 measurements each, and as the target the progression of the disease, that scikit-learn "
        "bundles (Efron and others, 2004)"
    )
    return from_targets("diabetes", inputs, targets, scaling="each", what=what)
