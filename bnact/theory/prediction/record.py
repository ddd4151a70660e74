"""What `predict` says."""

from typing import Literal, NamedTuple

Verdict = Literal["trains", "vanishes", "explodes", "forgets", "dies"]


class LayerPrediction(NamedTuple):
    """One layer at initialization, of inputs with variance 1 and correlation 0.

    Attributes:
      variance: mean square of the layer's linear map over its units, of one example.
      correlation: the mean product of two examples over that.
      growth: the squared gradient by this layer's linear map over that by the next layer's; 1 for the last.
      gradient: the same over that by the last layer's: the product of all growths from here on.
      dead: probability that a unit is dead: its activation has slope 0 on the whole batch. In an infinite
        batch that is the limit.
      saturated: share of slopes below `bnact.probes.units.SATURATED_BELOW` of the largest.
      low, high: bounds of the layer's output.
    """

    variance: float
    correlation: float
    growth: float
    gradient: float
    dead: float
    saturated: float
    low: float
    high: float


class Prediction(NamedTuple):
    """A network at initialization.

    Attributes:
      layers: from the input on; fewer than asked for where the variance leaves [1e-30, 1e30].
      verdict: whether it "trains"; or its gradient "vanishes" or "explodes", or it "dies", whichever takes
        the fewest layers; or, its gradient kept, "forgets" its input. See `bnact.theory.limits`.
      depth: how many layers it takes, None if it trains: the last ones for a gradient, which comes from the
        output; the first ones for what forgets or dies on the way forward.
      born_dead: probability that the whole output is 0 for one input, whatever it is; None where the width is
        not known or a layer's outputs cannot all be 0.
      drift: under batch norm before the activation, what a layer multiplies a deviation from the state by
        that this holds in, where every example has one variance and every pair one correlation, see
        `symmetric_point`; above 1 the batch leaves it, and gradients come to grow at another rate. Else None.
      sentence: all this in one sentence.
    """

    layers: tuple[LayerPrediction, ...]
    verdict: Verdict
    depth: int | None
    born_dead: float | None
    drift: float | None
    sentence: str

    def to_text(self) -> str:
        """The sentence, and a table of the layers."""
        head = f"{'layer':>5} " + " ".join(f"{name:>11}" for name in LayerPrediction._fields)
        rows = [
            f"{number:>5} " + " ".join(f"{value:>11.4g}" for value in layer)
            for number, layer in enumerate(self.layers, start=1)
        ]
        return "\n".join([self.sentence, head, *rows])
