"""The arc-cosine kernels: what a wide layer of step, relu or squared relu makes of a correlation."""

import numpy as np
from numpy.typing import ArrayLike

from bnact.theory.evaluation import Numbers, correlations, number


def arc_cosine_kernel(order: int, correlation: ArrayLike) -> Numbers:
    """The arc-cosine kernel of order 0, 1 or 2 of two inputs of equal length, 1 at correlation 1.

    J(theta) / J(0) with theta = arccos(correlation) and
      order 0: J = pi - theta,
      order 1: J = sin(theta) + (pi - theta) cos(theta),
      order 2: J = 3 sin(theta) cos(theta) + (pi - theta) (1 + 2 cos(theta)^2).

    For phi(z) = z^order for z > 0, else 0, and z1, z2 standard normal with this correlation, it is
    E phi(z1) phi(z2) / E phi(z1)^2, where E phi(z1)^2 is 1/2 for order 0 (step), 1/2 for order 1 (relu) and
    3/2 for order 2 (squared relu). Order 1 is thus the correlation map of relu without biases, and order 0
    its slope at weight variance 2. Cho and Saul's kernel of two vectors x and y is
    2 E phi(z1)^2 |x|^order |y|^order times it.

    Args:
      order: 0, 1 or 2.
      correlation: the cosine of the angle between the inputs, any shape, within [-1, 1].

    Returns:
      The kernel, to about 1e-15: a float for a number, else float64 shaped like `correlation`.

    Raises:
      ValueError: another order, or a correlation outside [-1, 1] or NaN.

    Source: Cho and Saul, Kernel methods for deep learning, 2009.
    """
    cosine = correlations("arc_cosine_kernel", correlation)
    angle = np.arccos(-cosine)  # pi - theta, exactly 0 at correlation -1
    sine = np.sqrt((1.0 - cosine) * (1.0 + cosine))
    if order == 0:
        kernel = angle / np.pi
    elif order == 1:
        kernel = (sine + angle * cosine) / np.pi
    elif order == 2:
        kernel = (3.0 * sine * cosine + angle * (1.0 + 2.0 * cosine**2)) / (3.0 * np.pi)
    else:
        raise ValueError(
            f"arc_cosine_kernel: order must be 0, 1 or 2; got {order!r}; "
            "use nngp_kernel for any other activation"
        )
    return number(kernel)
