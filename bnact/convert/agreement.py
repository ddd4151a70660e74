"""The proof on a batch that two sides agree, in evaluation and over steps of training."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from bnact.convert.arrays import plain
from bnact.convert.batches import check_batches, check_filled
from bnact.convert.layer import Layer, mean_of, read_state
from bnact.normalizations import BatchNormState
from bnact.numerics import tolerance
from bnact.types import Array

# Inputs are taken a thousandfold smaller too: there an epsilon shows that a variance of 1 hides.
SIZES = (1.0, 1e-3)


class Difference(NamedTuple):
    """Where two arrays differ most.

    Attributes:
      of: what was compared.
      residual: the largest difference, as a part of what that feature's values are in size; NaN where a
        value is.
      bound: what it may be.
      shape: of the arrays.
      place: the index where it is.
      ours, theirs: the two values there.
    """

    of: str
    residual: float
    bound: float
    shape: tuple[int, ...]
    place: tuple[int, ...]
    ours: float
    theirs: float

    @property
    def holds(self) -> bool:
        """Whether the residual is within the bound; never so of NaN."""
        return self.residual <= self.bound

    def to_text(self) -> str:
        """One line."""
        verdict = "agrees" if self.holds else "differs"
        return (
            f"{self.of} {verdict}: residual {self.residual:.3g}, bound {self.bound:.3g}; shape {self.shape}, "
            f"at {self.place} ours {self.ours:.9g}, theirs {self.theirs:.9g}"
        )


class Agreement(NamedTuple):
    """What was compared, and how far it was apart.

    Attributes:
      differences: the outputs; after training the running mean and variance as well.
    """

    differences: tuple[Difference, ...]

    @property
    def holds(self) -> bool:
        """Whether every difference is within its bound."""
        return all(difference.holds for difference in self.differences)

    def to_text(self) -> str:
        """One line for each difference."""
        return "\n".join(difference.to_text() for difference in self.differences)


def agreement(
    layer: Layer, foreign: Callable[[Array], Any], x: Array, bound: float | None = None
) -> Agreement:
    """How far the layer's evaluation is from a function of another library.

        residual = |ours - theirs| / largest |theirs| of that feature in the batch

    at x, and at x / 1000, where an epsilon shows; the largest is that of both. (In evaluation a batch norm's
    divisor is fixed, so there an epsilon shows in features of small running variance alone;
    `training_agreement` shows it always.)

    Args:
      layer: ours.
      foreign: the other library's evaluation, x -> y, features last: where the library has its channels
        first, `lambda x: channels_last(evaluate(channels_first(x)))`.
      x: (..., features), floating.
      bound: of the residual; None takes the tolerance of x's type, 1e-5 in float32.

    Returns:
      Agreement with one difference, that of the outputs.

    Raises:
      ValueError: the two outputs have different shapes; x holds no example.
    """
    check_filled("agreement", x)
    apply = layer.normalization.apply
    pairs = []
    for size in SIZES:
        scaled = (x * jnp.asarray(size, x.dtype)).astype(x.dtype)
        y, _ = apply(layer.params, layer.state, scaled, train=False)
        pairs.append(_outputs(y, foreign(scaled)))
    size = np.max([_size(theirs) for _, theirs in pairs], 0)
    found = [_difference("output", ours, theirs, size, _bound(x, bound)) for ours, theirs in pairs]
    return Agreement((_worst(found),))


def training_agreement(
    layer: Layer,
    step: Callable[[Array], tuple[Any, Layer]],
    batches: Sequence[Array],
    bound: float | None = None,
) -> Agreement:
    """How far the layer's training is from another library's: outputs, and running averages after each batch.

    The averages are compared as evaluation reads them. Residuals: of outputs as in `agreement`; of the mean,
    |ours - theirs| / max(|theirs|, deviation); of the variance, |ours - theirs| / theirs.

    Args:
      layer: ours, before the first batch.
      step: of the other library, x -> (y, its layer after this batch), features last: for instance
        `lambda x: (module(x), from_torch_module(module))`. It is called once a batch, in their order.
      batches: of one shape, (..., features), floating. Every second one is taken a thousandfold smaller,
        where an epsilon shows.
      bound: of the residuals; None takes the tolerance of the batches' type, 1e-5 in float32.

    Returns:
      Agreement of outputs and, for a norm that remembers, of mean and variance.

    Raises:
      TypeError: batches is one array.
      ValueError: there is no batch, or an empty one; a frozen layer; outputs of different shapes.
    """
    check_batches(batches)
    if layer.frozen:
        raise ValueError(
            "training_agreement: a frozen layer does not train; got frozen=True; use agreement, or "
            "dataclasses.replace(layer, frozen=False)"
        )
    apply = layer.normalization.apply
    state, found = layer.state, []
    for number, batch in enumerate(batches):
        x = (batch * jnp.asarray(SIZES[number % 2], batch.dtype)).astype(batch.dtype)
        y, state = apply(layer.params, state, x, train=True)
        theirs, after = step(x)
        ours, theirs = _outputs(y, theirs)
        found.append([_difference("output", ours, theirs, _size(theirs), _bound(x, bound))])
        if isinstance(state, BatchNormState):
            read = read_state(dataclasses.replace(layer, state=state))
            found[-1] += _of_averages(read, read_state(after), _bound(x, bound))
    return Agreement(tuple(_worst(differences) for differences in zip(*found, strict=True)))


def assert_agreement(
    layer: Layer, foreign: Callable[[Array], Any], x: Array, bound: float | None = None
) -> None:
    """Nothing, or an AssertionError with the residual, the bound and the shape, where `agreement` fails.

    Args:
      layer, foreign, x, bound: as for `agreement`.

    Raises:
      AssertionError: the evaluations differ.
    """
    _assert("agreement", layer, agreement(layer, foreign, x, bound))


def assert_training_agreement(
    layer: Layer,
    step: Callable[[Array], tuple[Any, Layer]],
    batches: Sequence[Array],
    bound: float | None = None,
) -> None:
    """Nothing, or an AssertionError with the residuals, the bounds and the shapes, where training differs.

    Args:
      layer, step, batches, bound: as for `training_agreement`.

    Raises:
      AssertionError: outputs or running averages differ.
    """
    _assert("training_agreement", layer, training_agreement(layer, step, batches, bound))


def _assert(name: str, layer: Layer, found: Agreement) -> None:
    if not found.holds:
        raise AssertionError(f"{name}: {layer.kind} norm with {dict(layer.settings)}:\n{found.to_text()}")


def _bound(x: Array, bound: float | None) -> float:
    return tolerance(x.dtype).value if bound is None else bound


def _outputs(ours: Any, theirs: Any) -> tuple[np.ndarray, np.ndarray]:
    ours, theirs = (plain(values).astype(np.float64) for values in (ours, theirs))
    if ours.shape != theirs.shape:
        raise ValueError(
            f"agreement: both sides must return y of one shape, features last; got ours {ours.shape}, theirs "
            f"{theirs.shape}; use channels_last on what has its channels first"
        )
    return ours, theirs


def _size(outputs: np.ndarray) -> np.ndarray:
    """(features,) the largest magnitude of each feature."""
    return np.max(np.abs(outputs), tuple(range(outputs.ndim - 1)))


def _of_averages(ours: BatchNormState, theirs: BatchNormState, bound: float) -> list[Difference]:
    (our_mean, our_variance), (mean, variance) = (
        [np.asarray(values, np.float64) for values in (mean_of(state), state.variance)]
        for state in (ours, theirs)
    )
    size = np.maximum(np.abs(mean), np.sqrt(variance))
    return [
        _difference("running mean", our_mean, mean, size, bound),
        _difference("running variance", our_variance, variance, variance, bound),
    ]


def _difference(of: str, ours: np.ndarray, theirs: np.ndarray, size: np.ndarray, bound: float) -> Difference:
    distance, size = np.abs(ours - theirs), np.broadcast_to(size, ours.shape)
    # Where both are 0 throughout there is nothing to divide by.
    residuals = np.where(distance == 0, 0.0, distance / np.where(size == 0, 1e-300, size))
    index = np.unravel_index(np.argmax(np.nan_to_num(residuals, nan=np.inf)), ours.shape)
    place = tuple(int(axis) for axis in index)
    return Difference(
        of, float(residuals[place]), bound, ours.shape, place, float(ours[place]), float(theirs[place])
    )


def _worst(differences: Sequence[Difference]) -> Difference:
    return max(differences, key=lambda each: np.nan_to_num(each.residual, nan=np.inf))
