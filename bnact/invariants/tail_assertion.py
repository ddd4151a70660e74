"""Whether a function of one number and its derivative are right far from zero, where formulas cancel."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from bnact.activations import Activation, get
from bnact.activations.audit import DTYPES, reference_of, truths
from bnact.activations.facts import check_elementwise
from bnact.activations.rule import Formula
from bnact.numerics.evaluation import constant
from bnact.numerics.tolerances import tolerance
from bnact.types import Array

from .requirement import Requirement, require
from .residual import Residual, numpy_shares

Tested = str | Activation | Callable[[Any], Any]

_NEAREST, _FARTHEST, _POINTS = 1.03, 1e5, 96


class TailResiduals(NamedTuple):
    """A function and its derivative in the tails, less the truth.

    Attributes:
      x: (points,) where: from -1e5 to -1 and from 1 to 1e5, log-spaced.
      value: of the function, (points,) float64.
      derivative: of what reverse mode makes of it, (points,) float64.
    """

    x: np.ndarray
    value: Residual
    derivative: Residual


def tail_residuals(
    activation: Tested,
    reference: str | Activation | Formula | None = None,
    derivative: Formula | None = None,
    dtype: str = "float32",
) -> TailResiduals:
    """The errors of a function and its derivative in the tails, with their bounds, as numpy arrays.

    Inside jit they are constants; `assert_tail_exact` is made of it, and has the same arguments.
    """
    return _residuals("tail_residuals", activation, reference, derivative, dtype)


def assert_tail_exact(
    activation: Tested,
    reference: str | Activation | Formula | None = None,
    derivative: Formula | None = None,
    dtype: str = "float32",
) -> None:
    """Asserts that a function and its derivative are right in the tails, against a hundred digits.

    At 96 points of either sign, log-spaced from 1 to 1e5, each error is held against the tolerance of the
    dtype times the truth there, however small that is: sigmoid'(17) is 4.1e-8, and 0 is an error. What is
    smaller than the smallest normal number may be 0. Kinks are left out.

    What it cannot see: what happens between the points and near zero; the number of the last place, for which
    there is `bnact.activations.audit`. Inside a traced function it is a constant, and raises while tracing.

    Args:
      activation: a record, a name, or any elementwise function that JAX can trace; its derivative is what
        reverse mode makes of it, rules of its own included.
      reference: what it is meant to be: a name, a record, or a function of one number in plain jax.numpy,
        which is evaluated in 100 digits. None: a record's own definition; for a function of `jax.nn` the
        activation it is meant to be; for any other its own formula.
      derivative: what the derivative is meant to be, likewise a function of one number; None: what autodiff
        makes of the reference, in 100 digits.
      dtype: in which the function is looked at: float16, bfloat16 or float32.

    Raises:
      AssertionError: value or derivative is wrong; the message has the error, its bound, where, and the
        shape.
      ImportError: mpmath is not installed.
      NotImplementedError: the reference has an operation that cannot be followed in many digits.
      TypeError: it is no function, or returns something else than floating numbers.
      ValueError: it is not elementwise, or there is no such name or dtype.
    """
    found = _residuals("assert_tail_exact", activation, reference, derivative, dtype)
    name = activation if isinstance(activation, str) else getattr(activation, "name", None)
    name = name or getattr(activation, "__name__", "the function")
    required = []
    for what, residual in (("value", found.value), ("derivative", found.derivative)):
        worst = int(np.argmax(numpy_shares(*map(np.asarray, residual))))
        words = f"{what}: it is the true one in the tails, worst at x = {float(found.x[worst]):.6g}"
        required.append(Requirement(words, residual))
    require("assert_tail_exact", required, f"{name} in {dtype}, {found.x.size} points")


def _residuals(
    function: str,
    activation: Tested,
    reference: str | Activation | Formula | None,
    derivative: Formula | None,
    dtype: str,
) -> TailResiduals:
    fn = get(activation) if isinstance(activation, str) else activation
    if not callable(fn):
        raise TypeError(
            f"{function}: activation must be a name, an Activation or a function of one array; got "
            f"{type(fn).__name__}; pass the function itself"
        )
    if dtype not in DTYPES:
        raise ValueError(
            f"{function}: dtype must be one of {', '.join(DTYPES)}; got {dtype!r}; the truth's "
            "hundred digits are too few for the tails of float64"
        )
    meant = reference_of(fn, reference, derivative)
    allowed = tolerance(dtype)
    x = _points(dtype, (*meant.jumps, *meant.kinks))
    check_elementwise(function, fn, x.dtype)
    value, slope = (np.asarray(each, np.float64) for each in _computed(function, fn, x))
    true_value, true_slope = constant(function, lambda: truths(meant, x.astype(np.float64)))
    return TailResiduals(
        x,
        _against(value, true_value, allowed.value, dtype),
        _against(slope, true_slope, allowed.gradient, dtype),
    )


def _points(dtype: str, kinks: tuple[float, ...]) -> np.ndarray:
    size = np.geomspace(_NEAREST, min(_FARTHEST, float(jnp.finfo(dtype).max) / 2), _POINTS)
    x = np.concatenate([-size[::-1], size]).astype(jnp.dtype(dtype))
    return x[~np.isin(x.astype(np.float64), kinks)]


def _computed(function: str, fn: Callable[[Any], Any], x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    @jax.jit
    def both(x: Array) -> tuple[Array, Array]:
        value, backward = jax.vjp(fn, x)
        return value, backward(jnp.ones_like(value))[0]

    def arrays() -> np.ndarray:
        return np.stack([np.asarray(each).astype(np.float64) for each in both(jnp.asarray(x))])

    value, slope = constant(function, arrays)
    return value, slope


def _against(found: np.ndarray, truth: np.ndarray, allowed: float, dtype: str) -> Residual:
    """Where the truth is NaN anything is right; where no number is as large, the largest is, or infinity."""
    largest, smallest = float(jnp.finfo(dtype).max), float(jnp.finfo(dtype).smallest_normal)
    nearest = np.clip(truth, -largest, largest)
    found = np.where(np.isinf(found) & (np.abs(truth) > largest), np.sign(found) * largest, found)
    unknown = np.isnan(truth)
    value = np.where(unknown, 0.0, found - nearest)
    return Residual(value, np.where(unknown, 1.0, allowed * np.abs(nearest) + smallest))  # pyright: ignore[reportArgumentType]
