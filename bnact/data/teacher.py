"""Labels that a fixed random network gives: a task of which it is known that a network can solve it."""

import numpy as np

from bnact.data.arrays import from_arrays
from bnact.data.dataset import Dataset, Split

SEED = 0
_HIDDEN = (32, 32)
# Weights twice as large as those that keep the variance: with less, a linear classifier does as well.
_GAIN = 2.0


def teacher(examples: int = 2000, features: int = 6, classes: int = 4) -> Dataset:
    """Normal inputs, and as the label the largest output of a random network with two tanh layers of 32.

    The teacher's weights are normal with the variance 4 / fan-in and its biases standard normal; each of its
    outputs is standardized over all examples before the largest is taken, so that classes are about as large.

    Args:
      examples: number of examples, at least 10.
      features: standard normal inputs, at least 1.
      classes: outputs of the teacher, at least 2.

    Returns:
      The dataset "teacher".

    Raises:
      ValueError: if there are fewer examples, features or classes than said above, or a class stays empty.

    Source: E. Gardner, B. Derrida, Three Unfinished Works on the Optimal Storage Capacity of Networks, 1989.
    """
    if examples < 10 or features < 1 or classes < 2:
        raise ValueError(
            "teacher: there must be at least 10 examples, 1 feature and 2 classes; got "
            f"examples={examples}, features={features}, classes={classes}; use 2000, 6 and 4"
        )
    inputs, outputs = teacher_outputs(examples, features, classes)
    what = (
        f"{features} normal inputs, labelled by the largest of {classes} outputs of a fixed random network "
        "with two hidden tanh layers, made from a fixed seed"
    )
    return from_arrays("teacher", inputs, outputs.argmax(axis=1), what=what)


def teacher_outputs(examples: int, features: int, classes: int) -> Split:
    """The inputs (n, features) of `teacher`, and its standardized outputs (n, classes) in float64."""
    # The stream of RandomState is frozen for ever; that of default_rng may change with numpy.
    random = np.random.RandomState(SEED)
    # Rounded, so that the last bit of a machine's logarithm does not change the dataset's hash.
    inputs = random.standard_normal((examples, features)).astype(np.float32)
    units = inputs.astype(np.float64)
    for width in _HIDDEN:
        kernel = _GAIN * random.standard_normal((units.shape[1], width)) / np.sqrt(units.shape[1])
        units = np.tanh(units @ kernel + random.standard_normal(width))
    outputs = units @ random.standard_normal((units.shape[1], classes))
    return Split(inputs, (outputs - outputs.mean(axis=0)) / outputs.std(axis=0))
