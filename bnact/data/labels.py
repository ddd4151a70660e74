"""What labels must be; a broken rule is named with the way to mend it."""

import numpy as np


def check_every_class(source: str, labels: np.ndarray, classes: int) -> None:
    """Checks that the labels (n,) of a training set are 0, 1, ..., classes - 1, each at least once.

    Raises:
      ValueError: if a label is no class, or a class has no example.
    """
    check_labels_within(source, labels, classes)
    empty = np.flatnonzero(np.bincount(labels, minlength=classes) == 0)
    if len(empty):
        raise ValueError(
            f"{source}: every one of the {classes} classes must have a training example; got none of class "
            f"{empty[0]}; add examples"
        )


def check_trained_classes(source: str, labels: np.ndarray, classes: int) -> None:
    """Checks that a training set has an example of every class.

    Args:
      source: what the labels are called in an error message.
      labels: (n,) of the training set alone, from 0 to classes - 1.
      classes: how many there are.

    Raises:
      ValueError: if a class has none.
    """
    counts = np.bincount(labels, minlength=classes)
    if counts.min() == 0:
        raise ValueError(
            f"{source}: every one of the {classes} classes must have an example left to train on, once "
            f"others are held out; got none of class {counts.argmin()} among {len(labels)}; add examples "
            "of it, or join it to another class"
        )


def check_labels_within(source: str, labels: np.ndarray, classes: int) -> None:
    """Checks that labels (n,) name one of the classes that a network puts a number out for.

    Raises:
      ValueError: if a label is not an integer from 0 to classes - 1.
    """
    check_labels(source, labels)
    outside = np.flatnonzero((labels < 0) | (labels >= classes))
    if len(outside):
        raise ValueError(
            f"{source}: labels must be from 0 to {classes - 1}, one for each of {classes} outputs; got "
            f"{labels[outside[0]]} at labels[{outside[0]}]; drop those examples, or give more outputs"
        )


def check_labels(source: str, labels: np.ndarray) -> None:
    """Checks that labels are integers of shape (examples,).

    Raises:
      ValueError: if they are not; the message says what they seem to be.
    """
    if labels.dtype.kind not in "iu":
        raise ValueError(
            f"{source}: labels must be integers, one a class; got {_no_integers(labels)}; "
            f"{_made_classes(labels)}"
        )
    if labels.ndim != 1:
        raise ValueError(
            f"{source}: labels must have shape (examples,); got shape {labels.shape}; "
            "use labels.reshape(-1), or labels.argmax(1) if they are one-hot"
        )


def _no_integers(labels: np.ndarray) -> str:
    rows = "rows that are one-hot, of " if _are_one_hot(labels) else ""
    found = np.flatnonzero(_fractional(labels))
    first = f", the first fraction {labels.reshape(-1)[found[0]]}" if len(found) else ""
    return f"{rows}dtype {labels.dtype}{first}"


def _made_classes(labels: np.ndarray) -> str:
    if _are_one_hot(labels):
        return "use labels.argmax(1)"
    classes = "use np.unique(labels, return_inverse=True)[1]"
    if _fractional(labels).any():
        return f"if they are numbers to predict, a regression, name the array targets; for classes {classes}"
    return classes


def _are_one_hot(labels: np.ndarray) -> bool:
    if labels.ndim != 2 or labels.dtype.kind not in "biuf":
        return False
    ones = labels == 1
    return bool(np.all(ones | (labels == 0)) and np.all(ones.sum(axis=1) == 1))


def _fractional(labels: np.ndarray) -> np.ndarray:
    """Where labels are finite and between two whole numbers."""
    if labels.dtype.kind != "f":
        return np.zeros(labels.shape, bool)
    return np.isfinite(labels) & (labels != np.floor(labels))


def check_classes(source: str, labels: np.ndarray) -> None:
    """Checks that integer labels (n,) are 0, 1, ..., classes - 1, each at least once, of two classes or more.

    Raises:
      ValueError: if they are not.
    """
    if labels.min() < 0:
        position = int(np.argmax(labels < 0))
        raise ValueError(
            f"{source}: labels must be at least 0; got {labels[position]} at labels[{position}]; "
            "use np.unique(labels, return_inverse=True)[1]"
        )
    present = np.unique(labels)
    if len(present) < 2:
        raise ValueError(
            f"{source}: there must be at least 2 classes; got only label {present[0]}; add examples"
        )
    if present[-1] != len(present) - 1:
        missing = int(np.argmax(present != np.arange(len(present))))
        position = int(np.argmax(labels > missing))
        raise ValueError(
            f"{source}: labels must be 0, 1, ..., classes - 1 with no class empty; got {labels[position]} "
            f"at labels[{position}] and no example of class {missing}; "
            "use np.unique(labels, return_inverse=True)[1]"
        )
