"""What labelled examples must be, whoever made them; a broken rule is named with the way to mend it."""

import numpy as np

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
    _check_labels(source, labels)
    if len(inputs) != len(labels):
        raise ValueError(
            f"{source}: every example must have one label; got {len(inputs)} inputs and {len(labels)} "
            "labels; give both arrays the same length"
        )
    if len(labels) < MINIMUM_EXAMPLES:
        raise ValueError(
            f"{source}: three splits need at least {MINIMUM_EXAMPLES} examples; got {len(labels)}; add more"
        )
    _check_classes(source, labels)
    return inputs.reshape(len(inputs), -1), labels.astype(np.int32)


def _check_inputs(source: str, inputs: np.ndarray) -> None:
    if inputs.dtype.kind not in "buif":
        raise ValueError(
            f"{source}: inputs must be real numbers; got dtype {inputs.dtype}; use inputs.astype(np.float32)"
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
    _check_finite(source, inputs)


def _check_finite(source: str, inputs: np.ndarray) -> None:
    finite = np.isfinite(inputs)
    if finite.all():
        return
    position = tuple(int(index) for index in np.argwhere(~finite)[0])
    nans = int(np.isnan(inputs).sum())
    infinities = int((~finite).sum()) - nans
    raise ValueError(
        f"{source}: inputs must be finite; got {nans} NaN and {infinities} infinite, the first "
        f"{inputs[position]} at inputs[{', '.join(map(str, position))}]; drop those examples or fill them in"
    )


def _check_labels(source: str, labels: np.ndarray) -> None:
    if labels.dtype.kind not in "iu":
        raise ValueError(
            f"{source}: labels must be integers; got dtype {labels.dtype}; "
            "use np.unique(labels, return_inverse=True)[1]"
        )
    if labels.ndim != 1:
        raise ValueError(
            f"{source}: labels must have shape (examples,); got shape {labels.shape}; "
            "use labels.reshape(-1), or labels.argmax(1) if they are one-hot"
        )


def _check_classes(source: str, labels: np.ndarray) -> None:
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
