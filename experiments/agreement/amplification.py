"""What a small deviation from the state that theory describes becomes, layer after layer."""

import math

from bnact import theory
from bnact.theory import Prediction
from experiments.diagnose.fresh import Fresh


def amplification(network: Fresh, prediction: Prediction) -> float:
    """What the first layer's deviation is multiplied by until the layer in the middle.

    With batch norm before the activation, of the batch from the state in which every two examples are equally
    far apart; without a norm, of the variance, relative to it. Other norms set the variance anew in every
    layer: 0.

    Args:
      network: which kind.
      prediction: of it, of all layers.
    """
    layers = network.depth // 2
    if prediction.drift is not None:
        return prediction.drift**layers
    if network.norm != "none":
        return 0.0
    variances = [layer.variance for layer in prediction.layers[: layers + 1]]
    slopes = [
        float(theory.variance_slope(network.activation, variance, network.weight_variance))
        for variance in variances[:-1]
    ]
    return math.prod(slopes) * variances[0] / variances[-1]
