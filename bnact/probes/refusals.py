"""What probes refuse, and what their errors say."""

import operator

import jax.numpy as jnp

from bnact.types import Array


def check_count(what: str, name: str, value: object, least: int = 1) -> None:
    """An error unless the value is an integer of at least so much."""
    try:
        count = None if isinstance(value, bool) else operator.index(value)  # pyright: ignore[reportArgumentType]
    except TypeError:
        count = None
    if count is None or count < least:
        raise ValueError(
            f"{what}: {name} must be an integer of at least {least}; got {value!r}; use {least} or more"
        )


def check_units(what: str, x: Array, units: int, ndim: int | None = None) -> None:
    """An error unless the last axis of x is the units, and x has that many axes if told."""
    if x.ndim == 0 or x.shape[-1] != units or x.ndim != (ndim or x.ndim):
        shape = f"({units},)" if ndim == 1 else f"(..., {units})"
        raise ValueError(
            f"{what}: the array must be of shape {shape}, units last; got shape {x.shape}; "
            "transpose it, or make the probe with its number of units"
        )


def check_floating(what: str, x: Array) -> None:
    """An error unless x is real floating."""
    if not jnp.issubdtype(x.dtype, jnp.floating):
        raise TypeError(f"{what}: x must be real floating; got {x.dtype}; use x.astype(jnp.float32)")


def check_examples(what: str, x: Array, least: int) -> None:
    """An error unless x is (examples, features), floating, of at least so many examples and one feature."""
    check_floating(what, x)
    if x.ndim != 2 or x.shape[1] < 1:
        raise ValueError(
            f"{what}: x must be of shape (examples, features); got shape {x.shape}; "
            "use x.reshape(x.shape[0], -1)"
        )
    if x.shape[0] < least:
        raise ValueError(f"{what}: x must have at least {least} rows; got {x.shape[0]}; use more examples")


def check_labels(what: str, x: Array, labels: Array) -> None:
    """An error unless there is one integer label for every example."""
    if not jnp.issubdtype(labels.dtype, jnp.integer):
        raise TypeError(
            f"{what}: labels must be integers, one a class; got {labels.dtype}; use labels.astype(jnp.int32)"
        )
    if labels.shape != x.shape[:1]:
        raise ValueError(
            f"{what}: labels must be of shape {x.shape[:1]}, one for every example; got shape "
            f"{labels.shape}; give class numbers, not one-hot rows"
        )
