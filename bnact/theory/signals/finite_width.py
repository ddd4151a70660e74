"""How much lengths in a network of finite width scatter, for the activations where it is known exactly."""

import math
from collections.abc import Iterable, Sequence

import numpy as np

from bnact.activations import Activation, get
from bnact.theory.evaluation import count_of, evaluate

# Powers of two, so that a function of two straight pieces is reproduced to the last place.
_STRETCHES = 2.0 ** np.arange(-40.0, 41.0)


def length_scatter(activation: str | Activation, widths: Sequence[int]) -> float:
    """E |h|^4 / (E |h|^2)^2 of the last hidden layer's outputs h, for a fixed input, over the weights.

    prod_l (1 + (k - 1) / n_l), k = E phi(z)^4 / (E phi(z)^2)^2, z standard normal, which is exact. k = 6 for
    relu, so 1 + 5 / n a layer; k = 3 for the identity, so 1 + 2 / n. One less than it is the squared relative
    spread of |h|^2 from one draw of the weights to another; about exp(5 L / n) for L layers of n relus. It is
    also the ratio of the gradient of one output with respect to the weights of any one layer.

    Args:
      activation: a name in `ACTIVATIONS` or an `Activation`, of two straight pieces that meet in (0, 0).
      widths: units of each hidden layer; weights are normal with mean 0, biases 0.

    Returns:
      The ratio, at least 1.

    Raises:
      ValueError: an activation of another form, which has no closed form; or a width that is no positive
        integer.

    Source: Hanin, Which neural net architectures give rise to exploding and vanishing gradients?, 2018; Hanin
    and Nica, Products of many large random matrices and gradients in deep neural networks, 2019.
    """
    kurtosis = _kurtosis("length_scatter", get(activation))
    return math.prod(1.0 + (kurtosis - 1.0) / width for width in _counts("length_scatter", "widths", widths))


def input_gradient_scatter(activation: str | Activation, widths: Sequence[int], in_features: int) -> float:
    """E |g|^4 / (E |g|^2)^2 of the gradient g of one output with respect to the input, over the weights.

    (1 + 2 / n_0) prod_l (1 + (k - 1) / n_l), with n_0 inputs and k as in `length_scatter`, which is exact.
    With in_features=1 it is that of a single entry of the gradient, whatever the number of inputs.

    Args:
      activation: a name in `ACTIVATIONS` or an `Activation`, of two straight pieces that meet in (0, 0).
      widths: units of each hidden layer; weights, the readout's too, are normal with mean 0, biases 0.
      in_features: entries of the input.

    Returns:
      The ratio, at least 1.

    Raises:
      ValueError: as `length_scatter`; or `in_features` is no positive integer.

    Source: Hanin, Which neural net architectures give rise to exploding and vanishing gradients?, 2018; Hanin
    and Nica, Products of many large random matrices and gradients in deep neural networks, 2019.
    """
    kurtosis = _kurtosis("input_gradient_scatter", get(activation))
    (inputs,) = _counts("input_gradient_scatter", "in_features", (in_features,))
    hidden = _counts("input_gradient_scatter", "widths", widths)
    return math.prod(1.0 + (kurtosis - 1.0) / width for width in hidden) * (1.0 + 2.0 / inputs)


def _kurtosis(name: str, activation: Activation) -> float:
    """E phi^4 / (E phi^2)^2 of s x for x < 0 and t x for x > 0: 6 (s^4 + t^4) / (s^2 + t^2)^2."""
    below, above = (evaluate(activation, side * _STRETCHES) / _STRETCHES for side in (-1.0, 1.0))
    if not (np.all(below == below[0]) and np.all(above == above[0])):
        raise ValueError(
            f"{name}: activation must be of two straight pieces that meet in (0, 0), as relu, leaky_relu and "
            f"abs; got {activation.name}; no closed form is known for others, simulate them"
        )
    squares = float(below[0]) ** 2 + float(above[0]) ** 2
    return 6.0 * (float(below[0]) ** 4 + float(above[0]) ** 4) / squares**2


def _counts(name: str, argument: str, values: Sequence[int]) -> list[int]:
    if not isinstance(values, Iterable):
        raise ValueError(
            f"{name}: {argument} must be the units of each hidden layer; got {values!r}; use "
            f"[{values!r}] for one layer"
        )
    return [count_of(name, argument, value) for value in values]
