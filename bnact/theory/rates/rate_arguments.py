"""What the rates take: an order, a scale that is not 0, numbers or arrays of them."""

import contextlib
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import ArrayLike

from bnact.theory.evaluation import Numbers


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
