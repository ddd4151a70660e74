"""From predicted layers to a verdict, and to one sentence."""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from bnact.theory.rates.symmetric_point import drifts

from .limits import ALIKE
from .record import LayerPrediction, Verdict

LIKELY = 0.5
"""Something is expected to happen when it is more probable than not."""

_ROUNDING = 1e-9


class Judgement(NamedTuple):
    """What will happen.

    Attributes:
      verdict: see `Prediction.verdict`.
      depth: see `Prediction.depth`.
      why: the rest of the sentence.
    """

    verdict: Verdict
    depth: int | None
    why: str


def judged(layers: Sequence[LayerPrediction], depth: int, silent: float | None, limit: float) -> Judgement:
    """What happens first, counted in layers; that inputs are forgotten, only where a gradient is kept.

    Args:
      layers: those that were followed.
      depth: how many were asked for.
      silent: probability that a layer is 0 for one input; None if it cannot be, or is not known.
      limit: see `gradient_limit`.
    """
    events = _dead_units(layers), _dead_layer(silent, depth), _lost(layers, depth, limit)
    happening = [event for event in events if event]
    if happening:
        return min(happening, key=lambda event: event.depth or 0)
    forgotten = _forgotten(layers)
    if forgotten:
        return forgotten
    total = sum(log_growths(layers))
    return Judgement(
        "trains",
        None,
        f"from the last of {_counted(depth)} to the first the squared gradient changes {_times(total)} "
        f"(it may by {math.exp(limit):.0e})",
    )


def sentence(described: str, judgement: Judgement, drift: float | None) -> str:
    """The prediction in words.

    Args:
      described: the pair in words.
      judgement: of it.
      drift: see `Prediction.drift`.
    """
    said = f"{described} {judgement.verdict}: {judgement.why}"
    if drift is None or not drifts(drift):
        return f"{said}."
    layers = math.log(10.0) / math.log(drift)
    return (
        f"{said}; but a few examples come to dominate such batches, tenfold in {layers:.0f} layers, and then "
        "gradients grow at another rate."
    )


def log_growths(layers: Iterable[LayerPrediction]) -> list[float]:
    """Logarithms of what each layer multiplies the squared gradient by."""
    return [math.log(layer.growth) if layer.growth else -math.inf for layer in layers]


def layers_until_lost(growths: Iterable[float], limit: float) -> int | None:
    """How many layers change the squared gradient by more than the limit; None if they do not.

    Args:
      growths: logarithms, in the order in which the gradient meets them.
      limit: of the logarithm of their product.
    """
    total = 0.0
    for number, growth in enumerate(growths, start=1):
        total += growth
        if abs(total) > limit:
            return number
    return None


def _dead_units(layers: Sequence[LayerPrediction]) -> Judgement | None:
    for number, layer in enumerate(layers, start=1):
        # Of inputs that are all the same, half of relu's units are dead; that is no death of units.
        if layer.dead > LIKELY + _ROUNDING:
            return Judgement(
                "dies", number, f"of layer {number}'s units {layer.dead:.0%} are dead on a whole batch"
            )
    return None


def _dead_layer(silent: float | None, depth: int) -> Judgement | None:
    if silent is None or depth * math.log1p(-silent) > math.log(1.0 - LIKELY):
        return None
    number = max(1, math.ceil(math.log(1.0 - LIKELY) / math.log1p(-silent)))
    share = -math.expm1(number * math.log1p(-silent))
    return Judgement(
        "dies", number, f"{share:.0%} of networks of this width are born dead within {_counted(number)}"
    )


def _forgotten(layers: Sequence[LayerPrediction]) -> Judgement | None:
    for number, layer in enumerate(layers, start=1):
        if 1.0 - layer.correlation < ALIKE:
            return Judgement(
                "forgets",
                number,
                f"in layer {number} any two inputs have a correlation above {1.0 - ALIKE:g}",
            )
    return None


def _lost(layers: Sequence[LayerPrediction], depth: int, limit: float) -> Judgement | None:
    growths = log_growths(layers)[:-1]
    number = layers_until_lost(reversed(growths), limit)
    if number is None and len(layers) < depth:
        verdict: Verdict = "vanishes" if layers[-1].variance < 1.0 else "explodes"
        way = "shrinks" if verdict == "vanishes" else "grows"
        return Judgement(
            verdict, len(layers), f"behind layer {len(layers)} the variance {way} beyond all bounds"
        )
    if number is None:
        return None
    total = sum(growths[len(growths) - number :])
    of_each = f", {_times(total / number)} from one to the next" if number > 1 else ""
    # Between so many layers and one more lie so many growths.
    return Judgement(
        "explodes" if total > 0.0 else "vanishes",
        number + 1,
        f"over the last {number + 1} of {_counted(depth)} the squared gradient changes "
        f"{_times(total)}{of_each}",
    )


def _times(log_factor: float) -> str:
    return f"by a factor of {math.exp(min(log_factor, 700.0)):.3g}"


def _counted(layers: int) -> str:
    return "1 layer" if layers == 1 else f"{layers} layers"
