"""The gain of an activation: what to multiply it by so that a normal input keeps its spread."""

import math
from typing import Literal

from bnact.activations import Activation, get
from bnact.numerics.quadrature import expectation


def gain(activation: str | Activation, preserve: Literal["variance", "second_moment"] = "variance") -> float:
    """The factor that gives phi(z), z standard normal, unit variance or unit mean square.

    "variance": 1 / sqrt(E phi(z)^2 - (E phi(z))^2), right where a mean is subtracted later, as by weight
    standardization or a norm. "second_moment": 1 / sqrt(E phi(z)^2), right where the next layer's weights
    have mean 0 and nothing is subtracted: sqrt(2) for relu.

    Args:
      activation: a name in `ACTIVATIONS`, or an `Activation`.
      preserve: what becomes 1.

    Returns:
      The gain, to about 1e-10.

    Raises:
      ValueError: an unknown activation, or `preserve` is neither of the two.

    Source: Brock, De, Smith and Simonyan, High-performance large-scale image recognition without
    normalization, 2021; He, Zhang, Ren and Sun, Delving deep into rectifiers, 2015.
    """
    if preserve not in ("variance", "second_moment"):
        raise ValueError(
            f"gain: preserve must be 'variance' or 'second_moment'; got {preserve!r}; "
            "use 'variance' where a mean is subtracted later, else 'second_moment'"
        )
    phi = get(activation)
    center = expectation(phi, phi.breakpoints) if preserve == "variance" else 0.0
    return 1.0 / math.sqrt(expectation(lambda z: (phi(z) - center) ** 2, phi.breakpoints))
