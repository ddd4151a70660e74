"""The error of an activation in float32, as the catalogue states it."""

import numpy as np

from bnact.activations import Activation
from bnact.activations.audit.points import log_spaced
from bnact.activations.facts.sampling import sampled
from bnact.activations.facts.truth import truth
from bnact.numerics import units

from .facts import Accuracy

POINTS = 20_000


def measured_accuracy(activation: Activation) -> Accuracy:
    """The largest error of value and derivative on 20,000 numbers from the smallest normal to the largest.

    In hundredths of a unit: what is kept is what is shown.
    """
    x = log_spaced(np.float32, POINTS)
    computed = sampled(activation.curve, x)
    value, derivative = (
        float(np.max(units(computed[order], truth(activation, order, x), np.float32))) for order in (0, 1)
    )
    return Accuracy(round(value, 2), round(derivative, 2))
