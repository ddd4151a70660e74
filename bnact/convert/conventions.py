"""A layer under another convention of batch norm: its variance, or its evaluation alone."""

import dataclasses

from bnact.convert.layer import Layer, read_state


def for_evaluation(layer: Layer) -> Layer:
    """The layer as evaluation sees it, which every library can hold: a frozen one.

    The averages are what evaluation reads, debiased where the norm does that. What only training would use
    is set to what most libraries have: momentum None becomes 0.99, the variance biased.

    Args:
      layer: of any kind; one without a state is returned as it is.

    Returns:
      Layer that evaluates as this one, and is frozen.
    """
    if layer.kind != "batch":
        return layer
    momentum = layer.settings.get("momentum", 0.99)
    settings = dict(layer.settings) | {
        "momentum": 0.99 if momentum is None else momentum,
        "bessel": False,
        "debias": False,
    }
    return dataclasses.replace(layer, settings=settings, state=read_state(layer), frozen=True)


def with_bessel(
    layer: Layer, bessel: bool, batch_size: int | None = None, updates: int | None = None
) -> Layer:
    """The batch norm that averages the unbiased variance (True) or the biased one (False) from here on.

    Evaluation reads the average, whichever it is, so there is no one right number:

    - Without a batch size the average stays as it is. Evaluation stays the same, and training moves the
      average from one convention to the other, by a factor of up to n / (n - 1), as fast as its momentum.
    - With one, the average becomes what the other convention would have averaged over the same batches:
      (variance - start) * (n - 1) / n + start, or the inverse, with start = momentum^updates the share of the
      1 that it began at. Training goes on as if it had always been so, and evaluation changes by the factor.

    Args:
      layer: of kind "batch".
      bessel: True for squares / (n - 1), as torch; False for squares / n.
      batch_size: values of a feature in one batch, n, at least 2: examples times positions. All batches had
        as many.
      updates: how many updates made the average; None takes the state's count.

    Returns:
      Layer under the other convention; the layer itself where it is so already.

    Raises:
      ValueError: another kind, a batch size below 2, or no updates although a batch size is given.

    Source: Bessel's correction.
    """
    if layer.kind != "batch":
        raise ValueError(
            f"with_bessel: kind must be 'batch', the one that averages variances; got {layer.kind!r}; use "
            f"the layer as it is"
        )
    if layer.settings.get("bessel", False) == bessel:
        return layer
    state = layer.state
    if batch_size is not None:
        start = _share_of_start(layer, updates)
        factor = _factor(bessel, batch_size)
        state = state._replace(variance=(state.variance - start) * factor + start)
    return dataclasses.replace(layer, settings={**layer.settings, "bessel": bessel}, state=state)


def _factor(bessel: bool, batch_size: int) -> float:
    if batch_size < 2:
        raise ValueError(
            f"with_bessel: batch_size, the values of a feature in one batch, must be at least 2; got "
            f"batch_size={batch_size}; use examples times positions"
        )
    return batch_size / (batch_size - 1) if bessel else (batch_size - 1) / batch_size


def _share_of_start(layer: Layer, updates: int | None) -> float:
    """How much of a variance's average is still the 1 it began at."""
    updates = int(layer.state.count) if updates is None else updates
    if updates < 1:
        raise ValueError(
            f"with_bessel: updates must be at least 1 where a batch size is given; got updates={updates} "
            f"(most libraries keep no count); use updates=the number of training steps, or no batch_size for "
            f"a layer that has not been trained"
        )
    momentum = layer.settings.get("momentum", 0.99)
    # A plain average has lost its start with the first update, and a debiased one starts at 0.
    return 0.0 if momentum is None or layer.settings.get("debias", False) else momentum**updates
