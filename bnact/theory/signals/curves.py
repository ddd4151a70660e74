"""What wide random layers make of a curve of inputs: how they stretch it and how they bend it.

A great circle of inputs, or any curve along which the variance is constant, has in every layer a length and a
curvature that the width makes certain. Lengths are over the root of the width, so that a circle of variance q
has the length 2 pi sqrt(q) and the curvature 1 / sqrt(q); `bnact.probes.curve_length` and
`bnact.probes.curve_curvature` measure the same.

Behind a batch norm whose batch is large, and of which the curve is a small part, a layer is one without bias
whose mean is subtracted: variance 1 and weight variance `gain(activation)`^2. The squared length then grows
by `batch_norm_rate`. Of a batch that is the curve itself nothing is known here.

Source: Poole, Lahiri, Raghu, Sohl-Dickstein and Ganguli, Exponential expressivity in deep neural networks
through transient chaos, 2016.
"""

import numpy as np
from numpy.typing import ArrayLike

from bnact.activations import Activation
from bnact.theory.evaluation import Numbers, not_negative, number, positive, without_jumps

from .normal_means import known, square_bend_means, square_slope_means


def length_growth(activation: str | Activation, variance: ArrayLike, weight_variance: ArrayLike) -> Numbers:
    """What a layer multiplies the length of a curve by: sqrt(chi_1), chi_1 = weight_variance E phi'(u)^2.

    Args:
      activation: a name in `ACTIVATIONS`, or an `Activation` that does not jump.
      variance: of the pre-activations, the same along the curve, positive.
      weight_variance: of a weight times the width, not negative; broadcast against `variance`.

    Returns:
      The factor: a float for numbers, else float64.

    Raises:
      ValueError: an unknown activation, or one that jumps; an argument that is not as said.
    """
    what = "length_growth"
    phi = without_jumps(what, activation)
    before = positive(what, "variance", variance)
    weights = not_negative(what, "weight_variance", weight_variance)
    return number(np.sqrt(weights * known(what, "phi'", phi, before, square_slope_means)))


def curvature_map(
    activation: str | Activation, curvature: ArrayLike, variance: ArrayLike, weight_variance: ArrayLike
) -> Numbers:
    """The curvature of a curve after a layer: sqrt(3 chi_2 / chi_1^2 + curvature^2 / chi_1).

    chi_1 = weight_variance E phi'(u)^2 and chi_2 = weight_variance E phi''(u)^2. The second term is what
    stretching makes of the curvature there was, the first is what the activation bends. Neither needs the
    variance to be a fixed point.

    Args:
      activation: a name in `ACTIVATIONS`, or an `Activation` without kinks: at a kink a curve has a corner.
      curvature: before the layer, not negative.
      variance: of the pre-activations, the same along the curve, positive.
      weight_variance: of a weight times the width, positive. The three are broadcast.

    Returns:
      The curvature: a float for numbers, else float64.

    Raises:
      ValueError: an unknown activation, or one with kinks; an argument that is not as said; a layer whose
        output is constant.
    """
    what = "curvature_map"
    phi = without_jumps(what, activation)
    if phi.kinks:
        raise ValueError(
            f"{what}: activation must have no kinks; got {phi.name}, with kinks at {phi.kinks}: there a "
            "curve has corners, of infinite curvature; use a smooth activation"
        )
    bent = not_negative(what, "curvature", curvature)
    before = positive(what, "variance", variance)
    weights = positive(what, "weight_variance", weight_variance)
    slope = weights * known(what, "phi'", phi, before, square_slope_means)
    slope = positive(what, "the growth of squared lengths", slope)
    bend = weights * known(what, "phi''", phi, before, square_bend_means)
    return number(np.sqrt(3.0 * bend / slope**2 + bent**2 / slope))
