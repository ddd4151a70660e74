"""Datasets made of arrays: checked, shuffled, split and scaled."""

import numpy as np

from bnact.data.dataset import Dataset, Split, content_hash, derived_hash, read_only
from bnact.data.description import OWN, described, held_out, shuffled
from bnact.data.labels import check_every_class, check_labels_within, check_trained_classes
from bnact.data.rules import checked_examples, checked_inputs, checked_targets
from bnact.data.scaling import Scaling, scale_of, scaled

SPLIT_SEED = 0
"""Of the permutation that decides which example falls into which split; the same for every dataset."""


def from_arrays(
    name: str, inputs: np.ndarray, labels: np.ndarray, scaling: Scaling = "whole", what: str = OWN
) -> Dataset:
    """The dataset made of labelled examples: shuffled, split 60 : 20 : 20, and scaled.

    One fixed permutation decides the splits; validation and test hold a fifth each, rounded up. Every
    feature is centred at its mean over the training set, and all are divided by one number, the standard
    deviation of all centred training inputs: a feature that hardly ever varies stays small, where a
    division by its own standard deviation would let one rare example dominate. That is the scaling "whole".

    Args:
      name: what to call it, in settings and in errors.
      inputs: (n, ...) real and finite, n at least 10; further axes are flattened into features. Of the
        shape (n, height, width, channels) they are images, and the dataset knows their shape.
      labels: (n,) integers 0, 1, ..., classes - 1; every class has an example, and one in the training set.
      scaling: "whole"; "each" divides every feature by its own standard deviation over the training set,
        for features in different units, and makes one that does not vary 0; "none" leaves inputs as they are.
      what: it is, in words without a full stop; the description begins with them.

    Returns:
      The dataset.

    Raises:
      ValueError: if an array is not what is said above, or the inputs do not vary.
    """
    flat, classes = checked_examples(name, inputs, labels)
    return _split_at_random(name, flat, classes, scaling, what, image_shape=_image_shape(inputs))


def from_targets(
    name: str, inputs: np.ndarray, targets: np.ndarray, scaling: Scaling = "whole", what: str = OWN
) -> Dataset:
    """The regression made of examples with a target each: shuffled, split and scaled as by `from_arrays`.

    Targets too are centred and divided by the standard deviation of the training targets, so that predicting
    0 for all has a mean squared error of 1 on the training set.

    Args:
      name: what to call it, in settings and in errors.
      inputs: (n, ...) real and finite, n at least 10.
      targets: (n,) real and finite.
      scaling: of the inputs.
      what: it is, see `from_arrays`.

    Returns:
      The dataset; its labels are the standardized targets, its outputs 1.

    Raises:
      ValueError: if an array is not what is said above, or inputs or targets do not vary.
    """
    flat, line = checked_targets(name, inputs, targets)
    return _split_at_random(name, flat, line, scaling, what, image_shape=_image_shape(inputs))


def from_splits(
    name: str, train: Split, test: Split, classes: int, scaling: Scaling = "whole", what: str = OWN
) -> Dataset:
    """The dataset that comes with a test set of its own, which is kept.

    The first permutation of `from_arrays` takes a fifth of the training examples, rounded up, for validation.

    Args:
      name: what to call it, in settings and in errors.
      train: inputs (n, ...) real and finite, n at least 10, and labels (n,) integers 0, 1, ..., classes - 1;
        every class has an example, and one that is not taken for validation.
      test: the same of at least one example; here a class may be without one.
      classes: number of classes.
      scaling: of the inputs.
      what: it is, see `from_arrays`.

    Returns:
      The dataset.

    Raises:
      ValueError: if an array is not what is said above, or the inputs do not vary.
    """
    flat, labels = checked_examples(name, *train)
    check_every_class(name, labels, classes)
    _check_test(name, train.inputs, test)
    test_flat = checked_inputs(f"{name}, its test set", test.inputs)
    check_labels_within(f"{name}, its test set", test.labels, classes)
    order = np.random.RandomState(SPLIT_SEED).permutation(len(labels))
    kept, held = np.split(order, [len(order) - -(-len(order) // 5)])
    check_trained_classes(name, labels[kept], classes)
    scale = scale_of(name, flat[kept], scaling)

    def split(inputs: np.ndarray, numbers: np.ndarray) -> Split:
        return Split(read_only(scaled(name, inputs, scale)), read_only(numbers.astype(np.int32)))

    return Dataset(
        name=name,
        train=split(flat[kept], labels[kept]),
        validation=split(flat[held], labels[held]),
        test=split(test_flat, test.labels),
        outputs=classes,
        hash=_hash(scaling, flat, labels, test_flat, test.labels),
        description=described(what, held_out(len(kept), len(held), len(test_flat)), scaling, False),
        image_shape=_image_shape(train.inputs),
    )


def _check_test(name: str, train_inputs: np.ndarray, test: Split) -> None:
    if not len(test.inputs):
        raise ValueError(f"{name}: the test set must have an example; got none; add examples")
    if test.inputs.shape[1:] != train_inputs.shape[1:] or len(test.inputs) != len(test.labels):
        raise ValueError(
            f"{name}: the test set must have examples of the training set's shape, each with a label; got "
            f"inputs {test.inputs.shape} with {len(test.labels)} labels beside {train_inputs.shape}; give "
            "both alike"
        )


def _split_at_random(
    name: str,
    inputs: np.ndarray,
    labels: np.ndarray,
    scaling: Scaling,
    what: str,
    image_shape: tuple[int, ...] | None,
) -> Dataset:
    train, validation, test = _split_positions(len(labels))
    scale = scale_of(name, inputs[train], scaling)
    regression = labels.dtype.kind == "f"
    outputs = 1 if regression else int(labels.max()) + 1
    if not regression:
        check_trained_classes(name, labels[train], outputs)
    numbers = _standardized(name, labels, train) if regression else labels

    def split(positions: np.ndarray) -> Split:
        return Split(read_only(scaled(name, inputs[positions], scale)), read_only(numbers[positions]))

    return Dataset(
        name=name,
        train=split(train),
        validation=split(validation),
        test=split(test),
        outputs=outputs,
        hash=_hash(scaling, inputs, labels),
        description=described(what, shuffled(len(train), len(validation), len(test)), scaling, regression),
        kind="regression" if regression else "classification",
        image_shape=image_shape,
    )


def _standardized(name: str, targets: np.ndarray, train: np.ndarray) -> np.ndarray:
    column = targets[:, None]
    return scaled(name, column, scale_of(name, column[train], "whole", "targets"), "targets")[:, 0]


def _hash(scaling: Scaling, *arrays: np.ndarray) -> str:
    content = content_hash(*arrays)
    return content if scaling == "whole" else derived_hash(content, f"scaling {scaling}")


def _image_shape(inputs: np.ndarray) -> tuple[int, ...] | None:
    return inputs.shape[1:] if inputs.ndim == 4 else None


def _split_positions(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    # The stream of RandomState is frozen for ever; that of default_rng may change with numpy.
    permutation = np.random.RandomState(SPLIT_SEED).permutation(count)
    fifth = -(-count // 5)
    train, validation, test = np.split(permutation, [count - 2 * fifth, count - fifth])
    return train, validation, test
