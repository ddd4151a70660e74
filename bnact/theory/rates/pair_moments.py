"""Means over one and two examples of a normalized batch, of an activation and its derivative."""

import math
from typing import NamedTuple

import numpy as np

from bnact.activations import Activation
from bnact.theory.evaluation import evaluate

from .batch_sphere import ExampleRule, Fineness, example_rule, pair_rule

# Each is tried until a rule of half the width, reaching further, agrees.
_FINENESSES = (Fineness(1.0, 1e-20), Fineness(0.5, 1e-40), Fineness(0.25, 1e-40), Fineness(0.125, 1e-40))
_AGREEMENT = 1e-10


class PairMoments(NamedTuple):
    """Means over a batch of f = phi(scale x + shift) - mean and of a = scale phi'(scale x + shift).

    x = sqrt(B) u is the normalized batch, and 1 and 2 are two examples of it.

    Attributes:
      mean: E phi(scale x + shift).
      f1_f1: E f(x1)^2, and so on.
    """

    mean: float
    f1_f1: float
    f1_f2: float
    f1_f1_u1_u1: float
    f1_f2_u1_u1: float
    f1_f2_u1_u2: float
    a1_a1: float
    a1_a1_u1_u1: float
    a1_a2: float
    a1_a2_u1_u2: float


def pair_moments(phi: Activation, batch_size: int, scale: float, shift: float) -> PairMoments:
    """The means, to a relative error of about 1e-10.

    Args:
      phi: an activation without jumps.
      batch_size: B, at least 4.
      scale: the norm's scale, not 0.
      shift: the norm's shift.

    Returns:
      The means.

    Raises:
      ValueError: phi(scale x + shift) varies over lengths too short for the quadrature. The caller puts its
        name before it.
    """
    kinks = tuple((point - shift) / scale for point in phi.breakpoints)
    for fineness in _FINENESSES:
        finer = Fineness(fineness.width / 2.0, fineness.rarest**1.5)
        rules = [example_rule(batch_size, kinks, fine) for fine in (fineness, finer)]
        means, agree = _means_of_one(phi, rules, scale, shift)
        if agree:
            return _means_of_two(phi, batch_size, kinks, fineness, scale, shift, means)
    raise ValueError(
        "the activation must vary over lengths of about a tenth of a standard deviation or more; "
        f"got {phi.name} at scale={scale:g}, shift={shift:g}, which is steeper or has a kink that its record "
        "does not name; lower the scale, or declare its breakpoints"
    )


@np.errstate(over="ignore", invalid="ignore")  # then the two rules do not agree, and finer ones are tried
def _means_of_one(
    phi: Activation, rules: list[ExampleRule], scale: float, shift: float
) -> tuple[float, bool]:
    """E phi by the first rule, and whether both give the same mean squares of f and a."""
    x = scale * np.concatenate([rule.values for rule in rules]) + shift
    ends = [rules[0].values.size]
    values, slopes = (np.split(evaluate(fn, x), ends) for fn in (phi, phi.derivative))
    means = [float(rule.weights @ value) for rule, value in zip(rules, values, strict=True)]
    both = zip(rules, values, slopes, strict=True)
    squares = np.array(
        [[rule.weights @ (f - means[0]) ** 2, rule.weights @ a**2] for rule, f, a in both], np.float64
    )
    return means[0], bool(np.all(np.abs(squares[0] - squares[1]) <= _AGREEMENT * squares[1]))


def _means_of_two(
    phi: Activation,
    batch_size: int,
    kinks: tuple[float, ...],
    fineness: Fineness,
    scale: float,
    shift: float,
    mean: float,
) -> PairMoments:
    rule = pair_rule(batch_size, kinks, fineness)
    u1, u2 = (x / math.sqrt(batch_size) for x in (rule.first, rule.second))
    f1, f2 = (evaluate(phi, scale * x + shift) - mean for x in (rule.first, rule.second))
    a1, a2 = (scale * evaluate(phi.derivative, scale * x + shift) for x in (rule.first, rule.second))
    weights = rule.weights.sum(axis=1)
    f2_mean, f2_u2_mean = _inner(rule.weights, f2), _inner(rule.weights, f2 * u2)
    a2_mean, a2_u2_mean = _inner(rule.weights, a2), _inner(rule.weights, a2 * u2)
    return PairMoments(
        mean=mean,
        f1_f1=float(weights @ f1**2),
        f1_f2=float(f1 @ f2_mean),
        f1_f1_u1_u1=float(weights @ (f1 * u1) ** 2),
        f1_f2_u1_u1=float((f1 * u1**2) @ f2_mean),
        f1_f2_u1_u2=float((f1 * u1) @ f2_u2_mean),
        a1_a1=float(weights @ a1**2),
        a1_a1_u1_u1=float(weights @ (a1 * u1) ** 2),
        a1_a2=float(a1 @ a2_mean),
        a1_a2_u1_u2=float((a1 * u1) @ a2_u2_mean),
    )


def _inner(weights: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The inner sums, weighted by the outer weights."""
    return np.einsum("ij,ij->i", weights, values)
