"""How exact a function and its gradient are, in every dtype."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from bnact.activations.activation import Activation
from bnact.activations.facts.elementwise import check_elementwise
from bnact.activations.registry import get
from bnact.activations.rule import Formula

from .measured import measured
from .points import DTYPES, check_dtypes, check_points, flushed
from .points import points as inputs
from .record import Audit
from .reference import Reference, activation_of_jax_nn, reference_of
from .row import Quantity, Row, row
from .truths import beside, remembered_truths, truths


def audit(
    fn: str | Activation | Callable[[Any], Any],
    reference: str | Activation | Formula | None = None,
    *,
    derivative: Formula | None = None,
    points: int = 20_000,
    dtypes: Sequence[str] = tuple(DTYPES),
) -> Audit:
    """Holds an elementwise function and its gradient against the truth, in many digits, in every dtype.

    Errors are in units of the last place of the dtype: 0.5 is what rounding alone makes. A value is bad
    beyond 1 unit in float16 and bfloat16 and beyond 4 in float32, a derivative beyond 2 and 8, and either if
    it is NaN or infinite where the truth is a number of the dtype. Errors below the smallest normal number do
    not count, subnormal inputs count as 0, and at a kink the slope of either side is right.

    Args:
      fn: an activation or its name, or any function of one array that is elementwise, keeps the shape and
        can be traced by JAX. Its derivative is what `jax.grad` makes of it, rules of its own included.
      reference: what fn is meant to be: a name, an activation, or a function of one number, which is
        evaluated in 100 digits, as is what autodiff makes of it. None: an activation's own definition; for a
        function of `jax.nn` the activation it is meant to be; for any other, fn's own formula. The result
        says which.
      derivative: what the derivative is meant to be, likewise a function of one number; None: what autodiff
        makes of the reference.
      points: how many inputs of float32, log-spaced over both signs; even. Of the half precisions every
        finite number is taken.
      dtypes: names of those to look at.

    Returns:
      A row for each dtype and each of value and derivative.

    Raises:
      ImportError: mpmath is not installed.
      NotImplementedError: the reference has an operation that cannot be followed in many digits.
      TypeError: fn is no function, or returns something else than an array of real floating-point numbers.
      ValueError: fn is not elementwise, or a name, dtype or number of points is none that can be used.
    """
    check_points(points)
    check_dtypes(dtypes)
    tested = _function(fn)
    meant = reference_of(tested, reference, derivative)
    check_elementwise("audit", tested, DTYPES[dtypes[-1]])
    grids = {dtype: inputs(dtype, points) for dtype in dtypes}
    right = _truths_of(meant, tuple(grids.values()))
    rows = [line for dtype in dtypes for line in _rows(tested, dtype, grids[dtype], meant, right)]
    return Audit(_name(tested), meant.words, tuple(rows))


Truths = Callable[[np.ndarray], np.ndarray]


def _function(fn: Any) -> Activation | Callable[[Any], Any]:
    if isinstance(fn, str):
        return get(fn)
    if not callable(fn):
        raise TypeError(
            "audit: fn must be a name, an Activation or a function of one array; "
            f"got {type(fn).__name__}; pass the function itself, e.g. jax.nn.gelu"
        )
    return fn


def _truths_of(meant: Reference, grids: Sequence[np.ndarray]) -> Truths:
    """Value and derivative, (2, points), at every point of the grids and beside every kink."""
    sides = beside((*meant.jumps, *meant.kinks)).ravel()
    x = np.unique(np.concatenate([sides, *map(flushed, grids)]))
    both = remembered_truths(meant, tuple(x)) if meant.lasting else truths(meant, x)
    return lambda points: both[:, np.searchsorted(x, points)]


def _rows(fn: Formula, dtype: str, x: np.ndarray, meant: Reference, right: Truths) -> list[Row]:
    found, both = measured(fn, x), right(flushed(x))
    quantities: tuple[Quantity, Quantity] = ("value", "derivative")
    lines = []
    for order, quantity in enumerate(quantities):
        got = (found.value, found.derivative)[order]
        places = (meant.jumps, meant.kinks)[order]
        truth = _on_either_side(both[order], got, x, places, lambda sides, order=order: right(sides)[order])
        lines.append(row(dtype, quantity, x, got, truth))
    return lines


def _on_either_side(
    truth: np.ndarray, got: np.ndarray, x: np.ndarray, places: tuple[float, ...], right: Truths
) -> np.ndarray:
    """The truth; at the places, what is nearest to the result of all between the left and the right truth."""
    truth, got = truth.copy(), got.astype(np.float64)
    for place, sides in zip(places, beside(places), strict=True):
        here = (flushed(x) == place) & ~np.isnan(got)
        either = right(sides)
        truth[here] = np.clip(got[here], np.min(either), np.max(either))
    return truth


def _name(fn: Activation | Callable[[Any], Any]) -> str:
    if isinstance(fn, Activation):
        return f"bnact's {fn.name}"
    if isinstance(fn, functools.partial):
        given = [*map(repr, fn.args), *(f"{key}={value!r}" for key, value in fn.keywords.items())]
        return f"{_name(fn.func)}({', '.join(given)})"
    name = getattr(fn, "__name__", type(fn).__name__)
    if activation_of_jax_nn(fn) is not None:
        return f"jax.nn.{name}"
    return "the function" if name == "<lambda>" else name
