"""What labelled examples must be, whoever made them; a broken rule is named with the way to mend it."""

import math

import numpy as np

from bnact.data.labels import check_classes, check_labels

MINIMUM_EXAMPLES = 10


def checked_examples(source: str, inputs: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Inputs as (n, features) and labels as (n,), after every rule has been checked.

    Args:
      source: what the arrays are called in an error message.
      inputs: (n, ...) real and finite; further axes are flattened into features.
      labels: (n,) integers 0, 1, ..., classes - 1; every class has an example.

    Returns:
      The inputs (n, features) in their own type, and the labels (n,) as int32.

    Raises:
      ValueError: if a rule is broken.
    """
    _check_inputs(source, inputs)
    check_labels(source, labels)
    _check_counts(source, inputs, labels, "label")
    check_classes(source, labels)
    return inputs.reshape(len(inputs), -1), labels.astype(np.int32)


def checked_targets(source: str, inputs: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Inputs as (n, features) and targets as (n,), after every rule has been checked.

    Args:
      source: what the arrays are called in an error message.
      inputs: (n, ...) real and finite; further axes are flattened into features.
      targets: (n,) real and finite.

    Returns:
      The inputs (n, features) in their own type, and the targets (n,) as float64.

    Raises:
      ValueError: if a rule is broken.
    """
    _check_inputs(source, inputs)
    if targets.dtype.kind not in "iuf":
        raise ValueError(
            f"{source}: targets must be real numbers; got dtype {targets.dtype}; "
            f"{_made_real('targets', targets)}, or call them labels if they are classes"
        )
    if targets.ndim != 1:
        raise ValueError(
            f"{source}: targets must have shape (examples,); got shape {targets.shape}; "
            "use targets.reshape(-1), or one column of several"
        )
    _check_finite(source, "targets", targets)
    _check_counts(source, inputs, targets, "target")
    return inputs.reshape(len(inputs), -1), targets.astype(np.float64)


def checked_inputs(source: str, inputs: np.ndarray) -> np.ndarray:
    """Inputs as (n, features), after what holds for inputs alone has been checked.

    Raises:
      ValueError: if inputs (n, ...) are not real and finite.
    """
    _check_inputs(source, inputs)
    return inputs.reshape(len(inputs), -1)


def check_image_shape(source: str, shape: tuple[int, ...] | None, features: int) -> None:
    """Checks that a shape is that of an image, and has as many numbers as an example.

    Raises:
      ValueError: if it is not, or has not.
    """
    if shape is None:
        return
    if len(shape) != 3 or min(shape) < 1:
        raise ValueError(
            f"{source}: the image shape must be three positive sizes, (height, width, channels); got "
            f"{shape}; use None if examples are no images"
        )
    if math.prod(shape) != features:
        raise ValueError(
            f"{source}: the image shape must have as many numbers as an example; got {shape} for {features} "
            "features; use None if examples are no images"
        )


def _check_counts(source: str, inputs: np.ndarray, labels: np.ndarray, one: str) -> None:
    if len(inputs) != len(labels):
        raise ValueError(
            f"{source}: every example must have one {one}; got {len(inputs)} inputs and {len(labels)} "
            f"{one}s; give both arrays the same length"
        )
    if len(labels) < MINIMUM_EXAMPLES:
        raise ValueError(
            f"{source}: three splits need at least {MINIMUM_EXAMPLES} examples; got {len(labels)}; add more"
        )


def _check_inputs(source: str, inputs: np.ndarray) -> None:
    if inputs.dtype.kind not in "buif":
        raise ValueError(
            f"{source}: inputs must be real numbers; got dtype {inputs.dtype}; {_made_real('inputs', inputs)}"
        )
    if inputs.ndim < 2:
        raise ValueError(
            f"{source}: inputs must have shape (examples, features); got shape {inputs.shape}; "
            "use inputs[:, None] if every example is one number"
        )
    if 0 in inputs.shape[1:]:
        raise ValueError(
            f"{source}: an example must have at least one feature; got shape {inputs.shape}; add features"
        )
    _check_finite(source, "inputs", inputs)


def _check_finite(source: str, name: str, numbers: np.ndarray) -> None:
    finite = np.isfinite(numbers)
    if finite.all():
        return
    position = tuple(int(index) for index in np.argwhere(~finite)[0])
    nans = int(np.isnan(numbers).sum())
    infinities = int((~finite).sum()) - nans
    raise ValueError(
        f"{source}: {name} must be finite; got {nans} NaN and {infinities} infinite, the first "
        f"{numbers[position]} at {name}[{', '.join(map(str, position))}]; drop those examples or fill them in"
    )


def _made_real(name: str, numbers: np.ndarray) -> str:
    """What to do about numbers that are not real: a cast would drop the imaginary parts of complex ones."""
    if numbers.dtype.kind == "c":
        return f"use {name}.real, {name}.imag or np.abs({name}), whichever you mean"
    return f"use {name}.astype(np.float32)"
