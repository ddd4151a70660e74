"""What the rates take: an activation that does not jump, a batch that normalizes, a scale that is not 0."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bnact.activations import Activation, get

from .batch_sizes import whole_number

Numbers = float | np.ndarray
LEAST_BATCH = 4


def without_jumps(what: str, activation: str | Activation) -> Activation:
    """The activation of that name, refused if it jumps: the mean square of its derivative is infinite."""
    phi = get(activation)
    if phi.jumps:
        raise ValueError(
            f"{what}: activation must not jump, since the mean square of its derivative is infinite; "
            f"got {phi.name}, which jumps at {phi.jumps}; use a continuous one"
        )
    return phi


def normalizing_batch(what: str, batch_size: int | None) -> int | None:
    """The batch size, refused if the mean inverse variance of a batch is infinite."""
    if batch_size is None:
        return None
    size = whole_number(batch_size)
    if size is None or size < LEAST_BATCH:
        raise ValueError(
            f"{what}: batch_size must be an integer of at least {LEAST_BATCH}, since the mean inverse "
            f"variance of 3 or fewer normal values is infinite; got {batch_size!r}; use {LEAST_BATCH} or "
            "more, or None for an infinite batch"
        )
    return size


def one_number(what: str, name: str, given: Any) -> float:
    """The number, refused if it is an array: what is computed of it is one record, not an array."""
    if isinstance(given, int | float):
        return float(given)
    try:
        if np.ndim(given) == 0 and not isinstance(given, str):
            return float(given)
    except (TypeError, ValueError):  # no number, or lists of unequal lengths
        pass
    raise ValueError(f"{what}: {name} must be one number; got {given!r}; loop over the values")


@contextlib.contextmanager
def raised_by(what: str) -> Iterator[None]:
    """Puts the function that was called before the errors of what it is computed by."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{what}: {error}") from error


def check_order(what: str, order: str) -> None:
    """Refuses what is no place for a norm."""
    if order not in ("before", "after"):
        raise ValueError(
            f"{what}: order must be 'before' or 'after', where the norm stands; got {order!r}; "
            "use 'before' for activation(norm(h))"
        )


def check_numbers(what: str, **numbers: ArrayLike) -> None:
    """Refuses a scale, shift or weight_scale that nothing can be said of."""
    for name, given in numbers.items():
        values = np.asarray(given, np.float64)
        rule, allowed, fix = _RULES[name]
        right = np.isfinite(values) & allowed(values)
        if not np.all(right):
            raise ValueError(f"{what}: {name} must be {rule}; got {float(values[~right].flat[0])}; {fix}")


def over_arrays(rate: Callable[..., float], *numbers: ArrayLike) -> Numbers:
    """The rate at every point of arrays broadcast against each other; a float for numbers."""
    shape = np.broadcast_shapes(*(np.shape(values) for values in numbers))
    rates = [rate(*point) for point in points_of(*numbers)]
    return np.array(rates, np.float64).reshape(shape) if shape else rates[0]


def points_of(*numbers: ArrayLike) -> list[tuple[float, ...]]:
    """The points of arrays broadcast against each other, in the order of their elements."""
    arrays = np.broadcast_arrays(*(np.asarray(values, np.float64) for values in numbers))
    return [tuple(map(float, point)) for point in zip(*(a.flat for a in arrays), strict=True)]


_RULES: dict[str, tuple[str, Callable[[np.ndarray], np.ndarray], str]] = {
    "scale": ("finite and not 0", lambda values: values != 0.0, "a norm of scale 0 hands no gradient on"),
    "shift": ("finite", np.isfinite, "pass the norm's own shift"),
    "weight_scale": (
        "finite and positive",
        lambda values: values > 0.0,
        "pass the standard deviation of a weight times the root of its fan-in",
    ),
    "variance": ("finite and positive", lambda values: values > 0.0, "pass that of the input"),
}
