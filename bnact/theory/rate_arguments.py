"""What the rates take: an activation that does not jump, a batch that normalizes, a scale that is not 0."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from bnact.activations import Activation, get

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
    if isinstance(batch_size, bool) or not isinstance(batch_size, int) or batch_size < LEAST_BATCH:
        raise ValueError(
            f"{what}: batch_size must be an integer of at least {LEAST_BATCH}, since the mean inverse "
            f"variance of 3 or fewer normal values is infinite; got {batch_size!r}; use {LEAST_BATCH} or "
            "more, or None for an infinite batch"
        )
    return batch_size


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
    arrays = np.broadcast_arrays(*(np.asarray(values, np.float64) for values in numbers))
    rates = [
        rate(*(float(value) for value in point)) for point in zip(*(a.flat for a in arrays), strict=True)
    ]
    return rates[0] if arrays[0].ndim == 0 else np.array(rates, np.float64).reshape(arrays[0].shape)


_RULES: dict[str, tuple[str, Callable[[np.ndarray], np.ndarray], str]] = {
    "scale": ("finite and not 0", lambda values: values != 0.0, "a norm of scale 0 hands no gradient on"),
    "shift": ("finite", np.isfinite, "pass the norm's own bias"),
    "weight_scale": (
        "finite and positive",
        lambda values: values > 0.0,
        "pass the standard deviation of a weight times the root of its fan-in",
    ),
    "variance": ("finite and positive", lambda values: values > 0.0, "pass that of the input"),
}
