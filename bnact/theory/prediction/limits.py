"""What a network bears before it stops training.

Theory follows a gradient and a correlation through the layers. At which of their values training stops it
does not say. These three numbers were read off trained networks, multilayer perceptrons of 64 units after 150
steps on the digits, in a trial of `experiments.trainability_map`. Another run judged them.
"""

GRADIENT = 8.5
"""A gradient is lost when its square has shrunk, or grown, by more than e^8.5: 70 times in length."""

GRADIENT_UNDER_BATCH_NORM = 12.0
"""With batch norm before the activation: 400 times in length. What a norm undoes of the scale of its weights
keeps large gradients from doing harm."""

ALIKE = 0.015
"""Two inputs are forgotten when their correlation is above 1 minus this."""


def gradient_limit(norm: str, order: str) -> float:
    """By what factor, in its logarithm, a squared gradient may change.

    Args:
      norm, order: a key of `PROPAGATIONS`.
    """
    return GRADIENT_UNDER_BATCH_NORM if (norm, order) == ("batch", "before") else GRADIENT
