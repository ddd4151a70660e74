"""What a norm claims to be: whose values share a mean and a variance, and what follows from them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

import jax.numpy as jnp

from bnact.numerics.nearest_names import nearest_names
from bnact.types import Array


class Claim(NamedTuple):
    """What is claimed of a norm; the identities that must hold follow from it.

    Attributes:
      shared: whose values share statistics. "batch": all of a feature; "virtual batch": all of a feature in
        `number` successive examples; "positions": all of a feature in one example; "features": all features
        of one position; "groups": all positions of one example and the features of one of `number` groups.
      number: examples in a virtual batch, or groups of features; 1 where neither is meant.
      centered: whether adding the same number to all that share changes nothing.
      divided: whether they are divided by sqrt(variance + epsilon).
      formula: whether y = z scale + bias with z = (x - mean) / sqrt(variance + epsilon), of which `centered`
        and `divided` say what there is. False: only what `centered`, `stretched` and `bias` say is known.
      stretched: whether multiplying all that share by a positive number changes nothing, whatever epsilon.
      bias: whether a bias of each feature is added in the end.
    """

    shared: Literal["batch", "virtual batch", "positions", "features", "groups"]
    number: int = 1
    centered: bool = True
    divided: bool = True
    formula: bool = True
    stretched: bool = False
    bias: bool = True

    @property
    def by_feature(self) -> bool:
        """Whether a feature has statistics of its own."""
        return self.shared in ("batch", "virtual batch", "positions")


CLAIMS: Mapping[str, Claim] = MappingProxyType(
    {
        "batch": Claim("batch"),
        "ghost_batch": Claim("virtual batch", number=32),
        "batch_renorm": Claim("batch", formula=False),
        "mean_only_batch": Claim("batch", divided=False),
        "layer": Claim("features"),
        "rms": Claim("features", centered=False, bias=False),
        "scale": Claim("features", centered=False, formula=False, stretched=True, bias=False),
        "power": Claim("batch", centered=False),
        "group": Claim("groups", number=32),
        "instance": Claim("positions"),
        "filter_response": Claim("positions", centered=False),
        "divisive": Claim("features", formula=False),
    }
)
"""By the name of the norm: with its default number of groups or examples; filter response norm without its
threshold; power norm during its warm-up."""


def claim_of(function: str, norm: str | Claim) -> Claim:
    """The claim of that name, or the one given.

    Args:
      function: which the error names.
      norm: a key of `CLAIMS`, or a claim.

    Raises:
      ValueError: there is no claim of that name.
    """
    if isinstance(norm, Claim):
        return norm
    if norm not in CLAIMS:
        near = ", ".join(map(repr, nearest_names(norm, CLAIMS))) or ", ".join(CLAIMS)
        raise ValueError(
            f"{function}: norm must be a Claim or the name of one; got {norm!r}; use one of {near}, or "
            "bnact.invariants.Claim(...)"
        )
    return CLAIMS[norm]


def in_cells(claim: Claim, x: Array) -> tuple[Array, tuple[int, ...]]:
    """x laid out so that the values that share statistics lie along some axes, and these axes.

    Args:
      claim: whose statistics.
      x: (..., features).

    Raises:
      ValueError: the features or the examples cannot be divided so.
    """
    last = x.ndim - 1
    if claim.shared == "virtual batch":
        size = min(claim.number, x.shape[0])
        _check_divides("examples in a virtual batch", size, "examples", x.shape[0])
        return jnp.reshape(x, (x.shape[0] // size, size, *x.shape[1:])), tuple(range(1, x.ndim))
    if claim.shared == "groups":
        _check_divides("groups", claim.number, "features", x.shape[-1])
        grouped = jnp.reshape(x, (*x.shape[:-1], claim.number, x.shape[-1] // claim.number))
        return grouped, (*range(1, last), x.ndim)
    if claim.shared == "positions":
        return x, tuple(range(1, last))
    return x, tuple(range(last)) if claim.shared == "batch" else (last,)


def _check_divides(what: str, number: int, of: str, size: int) -> None:
    if number < 1 or size % number:
        raise ValueError(
            f"Claim: the number of {what} must divide the {of}; got number={number}, {size} {of}; use number "
            f"in {tuple(each for each in range(1, size + 1) if size % each == 0)}"
        )
