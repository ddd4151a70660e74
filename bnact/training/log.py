"""What one run leaves behind: numbers along the way and at the end."""

from typing import NamedTuple

from bnact.types import Array

LOG_POINTS = 10
"""Moments at which a run is looked at, the first before step 1, the last after the last step."""

HISTOGRAM_LOW, HISTOGRAM_HIGH, HISTOGRAM_BINS = -8.0, 8.0, 64
"""Edges of the histogram of activation inputs; values outside are counted in the end bins."""


class Log(NamedTuple):
    """The record of one run. P = LOG_POINTS, L = hidden layers; a population adds a leading axis.

    "Observed" means: on the training set (at most `OBSERVED_EXAMPLES` of it), with norms using the
    exact statistics of that set under the present weights.

    Attributes:
      step: (P,) the step after which each point was taken; denser early.
      train_loss, train_accuracy: (P,) observed.
      validation_loss, validation_accuracy: (P,) on the validation set.
      dead: (P, L) share of units whose slope is zero on every observed example.
      saturated: (P, L) share of (unit, example) pairs whose slope is below 5 % of the activation's
        largest slope.
      gradient_norm: (P, L) root mean square over a fixed batch and units of the derivative of the
        batch's mean loss by each layer's linear output.
      histogram: (2, HISTOGRAM_BINS) counts of activation inputs over all layers, at the first and
        last point, observed.
      test_accuracy: () after the last step, norms with exact statistics.
      test_accuracy_running: () the same with running averages, as a user would deploy the network.
      diverged: () the first point's step at which the loss was not finite, or -1.
    """

    step: Array
    train_loss: Array
    train_accuracy: Array
    validation_loss: Array
    validation_accuracy: Array
    dead: Array
    saturated: Array
    gradient_norm: Array
    histogram: Array
    test_accuracy: Array
    test_accuracy_running: Array
    diverged: Array
