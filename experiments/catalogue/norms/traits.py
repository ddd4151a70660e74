"""What a norm is like, found by trying it."""

from collections.abc import Callable, Mapping

import jax
import jax.numpy as jnp
import numpy as np

from bnact.fused import fused_norms
from bnact.normalizations import lifecycle

from .dependence import derivatives
from .subject import Made, Subject, defaults, drawn_settings, made

CLOSE = 1e-6

TRAITS: Mapping[str, str] = {
    "on activations": "it normalizes what goes through a layer",
    "on weights": "it normalizes a layer's kernel",
    "per example": "in training an output depends on no other example",
    "couples examples": "in training an output depends on other examples",
    "by itself": "an output depends on no other entry, in training and in evaluation",
    "remembers": "it has a state, which training changes",
    "same in evaluation": "an output depends on the same entries in training and in evaluation",
    "subtracts the mean": "in training, adding a little to every entry changes no output",
    "scale invariant": "in training, stretching all entries a little changes no output, epsilon aside",
    "holds an activation": "the output of -x is not minus the output of x: no activation should follow",
    "learns a scale": "one of its parameters is a scale",
    "learns a bias": "one of its parameters is a bias",
    "without parameters": "nothing is learned",
    "takes a mask": "what is masked is not seen",
    "folds away": "in evaluation it can become a part of the linear map before it",
    "fused rule": "bnact.fused has one backward rule for it with every activation",
}
"""Everything to search by, and what it means."""


def traits(subject: Subject, training: np.ndarray, evaluation: np.ndarray) -> list[str]:
    """The names in `TRAITS` of all that is so, in their order.

    Args:
      subject: which norm.
      training: what an output depends on in training.
      evaluation: what it depends on in evaluation.
    """
    norm = made(subject, drawn_settings(subject), subject.block.shape)
    holds = {
        **_of_the_protocol(subject, norm),
        **_of_the_dependence(subject, training, evaluation),
        **_of_the_gradient(subject),
        "holds an activation": not _is_odd(subject),
        "folds away": _folds(subject, norm),
    }
    return [name for name in TRAITS if holds.get(name, False)]


def _of_the_protocol(subject: Subject, norm: Made) -> dict[str, bool]:
    learned = {name for name, values in norm.params._asdict().items() if values is not None}
    weights = subject.of == "weights"
    return {
        "on activations": not weights,
        "on weights": weights,
        "remembers": bool(norm.state),
        "learns a scale": "scale" in learned,
        "learns a bias": "bias" in learned,
        "without parameters": not learned,
        "takes a mask": not weights and _takes_a_mask(subject, norm),
        "fused rule": not weights and subject.name in fused_norms(),
    }


def _of_the_dependence(subject: Subject, training: np.ndarray, evaluation: np.ndarray) -> dict[str, bool]:
    others = subject.of == "activations" and bool(training[1:].any())
    return {
        "per example": subject.of == "activations" and not others,
        "couples examples": others,
        "by itself": int(training.sum()) == int(evaluation.sum()) == 1,
        "same in evaluation": bool((training == evaluation).all()),
    }


def _of_the_gradient(subject: Subject) -> dict[str, bool]:
    """By Euler's relations: the derivative has nothing along a constant, or along x."""
    x, slopes = derivatives(subject, train=True, small_epsilon="epsilon" in defaults(subject))
    return {
        "subtracts the mean": _vanishes(np.asarray(slopes)),
        "scale invariant": _vanishes(np.asarray(slopes) * np.asarray(x)),
    }


def _vanishes(parts: np.ndarray) -> bool:
    axes = tuple(range(1, parts.ndim))
    return bool(np.all(np.abs(parts.sum(axes)) <= CLOSE * np.maximum(np.abs(parts).sum(axes), 1e-300)))


def _is_odd(subject: Subject) -> bool:
    with jax.enable_x64(True):
        norm = made(subject, drawn_settings(subject), subject.block.shape)
        x = jax.random.normal(jax.random.key(2), subject.block.shape, jnp.float64)
        apply = jax.jit(norm.apply)
        both = [apply(norm.params, norm.state, each)[0] for each in (x, -x)]
    return bool(np.allclose(both[0], -both[1], rtol=CLOSE, atol=0.0))


def _takes_a_mask(subject: Subject, norm: Made) -> bool:
    x = jax.random.normal(jax.random.key(3), subject.block.shape)
    mask = jnp.arange(x.shape[0]).reshape(-1, 1, 1, 1) < 2
    apply: Callable[..., tuple[jax.Array, object]] = jax.jit(norm.apply)
    y, _ = apply(norm.params, norm.state, jnp.where(mask, x, jnp.nan), mask=mask)
    alone, _ = apply(norm.params, norm.state, x[:2])
    return bool(jnp.allclose(y[:2], alone, atol=1e-5)) and not bool(jnp.any(y[2:]))


def _folds(subject: Subject, norm: Made) -> bool:
    if subject.of == "weights":
        return False
    normalization = subject.factory(**drawn_settings(subject))
    try:
        lifecycle.folded(normalization, norm.params, norm.state, jnp.ones((2, subject.block.shape[-1])))
    except TypeError:
        return False
    return True
