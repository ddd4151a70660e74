"""What one run leaves behind: numbers along the way and at the end."""

from typing import NamedTuple

from bnact.types import Array

LOG_POINTS = 10
"""Moments at which a run is looked at, the first before step 1, the last after the last step."""

HISTOGRAM_LOW, HISTOGRAM_HIGH, HISTOGRAM_BINS = -8.0, 8.0, 64
"""Edges of the histogram of activation inputs; values outside are counted in the end bins."""


class Log(NamedTuple):
    """The record of one run; a population adds a leading axis.

    P = LOG_POINTS. L = sites: every pair of norm and activation, in the order of the computation. A
    perceptron and a convolutional network have one in every hidden layer, a residual network two in every
    block and one at the end, a transformer one in every block.

    Every point looks at the first `Setting.observed` examples of the training and of the validation set,
    the last one at all of them (of a training set at most 2048). "Observed" means on those training
    examples; norms that look at the batch take their exact statistics under the present weights, on the
    validation and test set too.

    Attributes:
      step: (P,) the step after which each point was taken; denser early.
      train_loss, train_accuracy: (P,) observed; nats, and a share. Of a regression the squared error, and the
        share of the targets' variance that is explained, 1 - squared error / variance, at least 0, the
        variance being that of the examples looked at and not of all; so too for the other two accuracies.
      validation_loss, validation_accuracy: (P,) on the validation set.
      dead: (P, L) share of units whose slope is zero on every observed example, at every place.
      saturated: (P, L) share of (unit, observed example, place) whose slope is below 5 % of the
        activation's largest slope.
      gradient_norm: (P, L) root mean square, over units, places and the examples of the batch of the step
        that follows the point, of the derivative of the batch's mean loss by what each pair is given: a
        linear map's output, or a residual stream.
      histogram: (2, HISTOGRAM_BINS) counts of what the activations of all sites are given, on the first
        128 training examples, at the first and the last point; NaN is not counted.
      participation_ratio, intrinsic_dimension, separability: (2, L) what every site puts out for the first
        128 of the training examples that a point on the way looks at, at the first and the last point:
        `bnact.probes.participation_ratio`, `intrinsic_dimension` and `neighbour_accuracy`; of a regression
        no separability (NaN); NaN of fewer than 3 examples.
      test_accuracy: () after the last step.
      diverged: () the step of the first point whose loss was not finite, or -1.
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
    participation_ratio: Array
    intrinsic_dimension: Array
    separability: Array
    test_accuracy: Array
    diverged: Array
