"""What an assertion requires: residuals within their bounds, or an error that says where and by how much."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import chex
import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jax.experimental import checkify

from bnact.types import Array

from .residual import Residual, numpy_shares, share


class Requirement(NamedTuple):
    """One thing that must hold.

    Attributes:
      words: the identity in words.
      residual: what it leaves over.
    """

    words: str
    residual: Residual


def require(assertion: str, requirements: Sequence[Requirement], about: str) -> None:
    """Raises unless every residual is within its bound; in a traced function, when it runs.

    Traced, each requirement is a `jax.experimental.checkify.check` whose message is in the form in which
    `chex.chexify` makes an AssertionError of it. `chex.disable_asserts` switches it off.

    Args:
      assertion: the name of the assertion that asks.
      requirements: what must hold.
      about: what was looked at, for the message.

    Raises:
      AssertionError: a residual exceeds its bound; the message has the identity in words, the residual, the
        bound, where, the shape, and what was looked at.
    """
    if _switched_off():
        return
    if any(isinstance(leaf, Tracer) for leaf in jax.tree.leaves(requirements)):
        for requirement in requirements:
            _check(assertion, requirement, about)
        return
    failed = sorted(filter(None, map(_failure, requirements)), reverse=True)
    if failed:
        raise AssertionError(f"{assertion} failed: {'; '.join(words for _, words in failed)} [{about}]")


def named(residuals: Mapping[str, Residual], words: Mapping[str, str]) -> list[Requirement]:
    """A requirement for each residual, with the words of its name before it."""
    return [Requirement(f"{name}: {words[name]}", residual) for name, residual in residuals.items()]


def _failure(requirement: Requirement) -> tuple[float, str] | None:
    """The largest share and what to say of it, if it is beyond 1."""
    value, bound = map(np.asarray, requirement.residual)
    shares = numpy_shares(value, bound)
    beyond = int(np.sum(shares > 1))
    if not beyond:
        return None
    where = np.unravel_index(np.argmax(shares), shares.shape)
    index = tuple(int(each) for each in where)
    return float(shares[where]), (
        f"{requirement.words}; residual {value[where]:.3g} exceeds the bound {bound[where]:.3g} at {index} "
        f"of shape {value.shape} ({value.dtype}), {beyond} of {value.size} elements beyond theirs"
    )


def _check(assertion: str, requirement: Requirement, about: str) -> None:
    """Of the worst element."""
    value, bound = (jnp.atleast_1d(each) for each in requirement.residual)
    shares = jnp.atleast_1d(share(requirement.residual))
    if not shares.size:
        return
    worst = jnp.argmax(shares)
    index = jnp.stack(jnp.unravel_index(worst, shares.shape)).astype(jnp.int32)
    shape = requirement.residual.value.shape
    before = _literally(f"[Chex] chexify assertion '{assertion}' failed: {requirement.words}; residual ")
    behind = _literally(f" of shape {shape} ({value.dtype}) [{about}]")
    checkify.check(
        _at(shares, worst) <= 1,
        f"{before}{{value}} exceeds the bound {{bound}} at {{index}}{behind}",
        value=_at(value, worst),
        bound=_at(bound, worst),
        index=index,
    )


def _literally(words: str) -> str:
    """Escaped for `str.format`, by which the numbers are put in."""
    return words.replace("{", "{{").replace("}", "}}")


def _at(values: Array, place: Array) -> Array:
    return jnp.ravel(values)[place]


def _switched_off() -> bool:
    """Whether `chex.disable_asserts` was called: an assertion of chex's own that must fail does not."""
    # chex keeps what it was told in a private variable and offers no function that reads it.
    try:
        chex.assert_equal(0, 1)
    except AssertionError:
        return False
    return True
