"""Will it train? A network's layers at initialization, and one sentence."""

import itertools
import math
from collections.abc import Sequence

import numpy as np

from bnact.activations import Activation
from bnact.theory.evaluation import count_of, evaluate
from bnact.theory.rates.symmetric_point import symmetric_point
from bnact.theory.units.dead_share import dead_share, dead_share_under_batch_norm
from bnact.theory.units.opposed_dead_share import opposed_dead_share
from bnact.theory.units.ranges import normalized_bound, output_bound
from bnact.theory.units.saturated_share import saturated_share

from .checked_layer import checked_layer
from .following import Step, steps
from .limits import gradient_limit
from .propagation import Layer
from .record import LayerPrediction, Prediction
from .verdict import judged, sentence

_BATCH_BEFORE = ("batch", "before")
_LARGEST_LOG = 709.0


def predict(
    activation: str | Activation,
    norm: str = "batch",
    order: str = "before",
    *,
    depth: int,
    width: int | None = None,
    batch_size: int | None = None,
    weight_variance: float = 1.0,
    bias_variance: float = 0.0,
) -> Prediction:
    """What a deep random network does to a signal and its gradient, layer by layer, and whether it trains.

    A layer is h = W x + b, then the norm and the activation in their order. The inputs of the first have
    variance 1 and correlation 0. Variance, correlation, gradient and shares are those of wide layers (mean
    field theory); the norm's scale is 1, its shift 0 and its epsilon 0.

    Args:
      activation: a name in `ACTIVATIONS` or an `Activation`, without a jump.
      norm: "none", "batch", "layer" or "rms".
      order: where the norm stands, "before" or "after" the activation; "before" for "none".
      depth: layers, at least 1.
      width: units in a layer, for `Prediction.born_dead`; None for wide ones.
      batch_size: examples in a batch, at least 2, and 4 for batch norm; None for an infinite batch.
      weight_variance: of a weight times the width of the layer before it; 2 is He's for relu.
      bias_variance: of a bias.

    Returns:
      The prediction. With batch norm after the activation the growth of the first layer, whose examples are
      independent, is taken to be that of the others, whose are almost; the error is of the order of
      1 / batch_size.

    Raises:
      ValueError: an unknown activation, norm or order; an activation that jumps; a depth, width or batch size
        that is none; a weight variance that is not positive, or a negative bias variance; batch norm after an
        activation that maps many a small batch to one value, see `batch_norm_rate`.

    Source: Schoenholz, Gilmer, Ganguli and Sohl-Dickstein, Deep information propagation, 2017; Yang,
    Pennington, Rao, Sohl-Dickstein and Schoenholz, A mean field theory of batch normalization, 2019.
    """
    layer = checked_layer("predict", activation, norm, order, batch_size, weight_variance, bias_variance)
    depth = count_of("predict", "depth", depth)
    width = None if width is None else count_of("predict", "width", width)
    followed = list(itertools.islice(steps(layer, norm, order), depth))
    layers = _layers(layer, norm, order, followed)
    silent = _silent(layer, norm, order, width)
    drift = (
        symmetric_point(layer.activation, batch_size).eigenvalue if (norm, order) == _BATCH_BEFORE else None
    )
    judgement = judged(layers, depth, silent, gradient_limit(norm, order))
    return Prediction(
        layers,
        judgement.verdict,
        judgement.depth,
        None if silent is None else -math.expm1(depth * math.log1p(-silent)),
        drift,
        sentence(_described(layer, norm, order), judgement, drift),
    )


def _described(layer: Layer, norm: str, order: str) -> str:
    name = layer.activation.name
    return f"{name} without a norm" if norm == "none" else f"{name} ({norm} norm {order} it)"


def _layers(layer: Layer, norm: str, order: str, followed: Sequence[Step]) -> tuple[LayerPrediction, ...]:
    growths = [step.growth for step in followed[:-1]] + [1.0]
    gradients = list(itertools.accumulate(map(_log, reversed(growths))))[::-1]
    shares: dict[Step, tuple[float, float]] = {}  # the same for all layers once the signal has arrived
    low, high = _bounds(layer, norm, order)
    found = []
    for step, growth, gradient in zip(followed, growths, gradients, strict=True):
        if step not in shares:
            shares[step] = _dead(layer, norm, order, step), _saturated(layer, norm, order, step)
        found.append(LayerPrediction(*step.signal, growth, _exp(gradient), *shares[step], low, high))
    return tuple(found)


def _log(growth: float) -> float:
    return math.log(growth) if growth else -math.inf


def _exp(logarithm: float) -> float:
    """Infinite where it is beyond every float."""
    return math.exp(logarithm) if logarithm < _LARGEST_LOG else math.inf


def _dead(layer: Layer, norm: str, order: str, step: Step) -> float:
    phi, batch = layer.activation, layer.batch_size
    if batch is None:
        return 0.0
    if (norm, order) == _BATCH_BEFORE:
        return dead_share_under_batch_norm(phi, batch)
    variance = 1.0 if norm != "none" and order == "before" else step.signal.variance
    if (norm, order) == ("batch", "after") and step.signal.correlation < 0.0:
        return opposed_dead_share(phi, batch, variance, step.signal.correlation)
    # Below 0 by rounding alone.
    return dead_share(phi, batch, variance=variance, correlation=max(step.signal.correlation, 0.0))


def _saturated(layer: Layer, norm: str, order: str, step: Step) -> float:
    if norm == "none" or order == "after":
        return saturated_share(layer.activation, math.sqrt(step.signal.variance))
    return saturated_share(layer.activation, batch_size=layer.batch_size if norm == "batch" else None)


def _bounds(layer: Layer, norm: str, order: str) -> tuple[float, float]:
    """Of the layer's output, whatever its weights and inputs."""
    size = layer.batch_size if norm == "batch" else None
    if order == "after":
        reach = math.inf if size is None else normalized_bound(size)
        return -reach, reach
    return layer.activation.range if size is None else output_bound(layer.activation, size)


def _silent(layer: Layer, norm: str, order: str, width: int | None) -> float | None:
    """Probability that a layer is 0 for one input: relu's, with nothing added or subtracted before it."""
    one_sided = any(_is_silent_half(layer.activation, interval) for interval in layer.activation.flat)
    centered = norm == "batch" or (norm, order) == ("layer", "before")
    return None if width is None or not one_sided or centered or layer.bias_variance else 0.5**width


def _is_silent_half(phi: Activation, interval: tuple[float, float]) -> bool:
    """Whether phi is 0 on one side of 0."""
    side = {(-math.inf, 0.0): -1.0, (0.0, math.inf): 1.0}.get(interval)
    return side is not None and float(evaluate(phi, np.array(side))) == 0.0
