"""The gain of an activation: what to multiply it by so that a normal input keeps its spread."""

import math
from typing import Literal

from bnact.activations import Activation, get
from bnact.numerics.quadrature import expectation

Preserve = Literal["variance", "second_moment", "gradient"]

# E f(z)^2 below this is rounding, or an activation that is constant wherever a normal input comes.
_NOTHING = 1e-30


def gain(activation: str | Activation, preserve: Preserve = "variance") -> float:
    """The factor that gives phi(z), z standard normal, unit variance or mean square, or phi'(z) the latter.

    "variance": 1 / sqrt(E phi(z)^2 - (E phi(z))^2), right where a mean is subtracted later, as by weight
    standardization or a norm. "second_moment": 1 / sqrt(E phi(z)^2), right where the next layer's weights
    have mean 0 and nothing is subtracted: sqrt(2) for relu. "gradient": 1 / sqrt(E phi'(z)^2), with which the
    mean square of a backpropagated gradient is kept; phi' is what backpropagation takes, so at a jump that
    of the two sides, or the declared surrogate. Only for relu and its kin do the last two agree.

    Args:
      activation: a name in `ACTIVATIONS`, or an `Activation`.
      preserve: what becomes 1.

    Returns:
      The gain, to about 1e-10.

    Raises:
      ValueError: an unknown activation, `preserve` is none of the three, or there is nothing to preserve:
        the activation is constant on [-13, 13].

    Source: Brock, De, Smith and Simonyan, High-performance large-scale image recognition without
    normalization, 2021; He, Zhang, Ren and Sun, Delving deep into rectifiers, 2015; Glorot and Bengio,
    Understanding the difficulty of training deep feedforward neural networks, 2010.
    """
    if preserve not in ("variance", "second_moment", "gradient"):
        raise ValueError(
            f"gain: preserve must be 'variance', 'second_moment' or 'gradient'; got {preserve!r}; "
            "use 'variance' where a mean is subtracted later, else 'second_moment'"
        )
    phi = get(activation)
    kept = phi.derivative if preserve == "gradient" else phi
    center = expectation(phi, phi.breakpoints) if preserve == "variance" else 0.0
    square = expectation(lambda z: (kept(z) - center) ** 2, phi.breakpoints)
    if square < _NOTHING:
        raise ValueError(
            f"gain: {preserve} must not be 0 for standard normal inputs; got {square:.3g} for {phi.name}; "
            "use an activation that is not flat there"
        )
    return 1.0 / math.sqrt(square)
