"""What a norm claims to be: whose values share a mean and a variance, and what follows from them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

import jax.numpy as jnp

from bnact.numerics.divisors import divisors
from bnact.numerics.nearest_names import nearest_names
from bnact.types import Array


class NormForm(NamedTuple):
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


NORM_FORMS: Mapping[str, NormForm] = MappingProxyType(
    {
        "batch": NormForm("batch"),
        "ghost_batch": NormForm("virtual batch", number=32),
        "batch_renorm": NormForm("batch", formula=False),
        "mean_only_batch": NormForm("batch", divided=False),
        "layer": NormForm("features"),
        "rms": NormForm("features", centered=False, bias=False),
        "scale": NormForm("features", centered=False, formula=False, stretched=True, bias=False),
        "power": NormForm("batch", centered=False),
        "group": NormForm("groups", number=32),
        "instance": NormForm("positions"),
        "filter_response": NormForm("positions", centered=False),
        "divisive": NormForm("features", formula=False),
    }
)
"""By the name of the norm: with its default number of groups or examples; filter response norm without its
threshold; power norm during its warm-up."""


def form_of(function: str, norm: str | NormForm) -> NormForm:
    """The form of that name, or the one given.

    Args:
      function: which the error names.
      norm: a key of `NORM_FORMS`, or a form.

    Raises:
      ValueError: there is no form of that name.
    """
    if isinstance(norm, NormForm):
        return norm
    if norm not in NORM_FORMS:
        near = ", ".join(map(repr, nearest_names(str(norm), NORM_FORMS))) or ", ".join(NORM_FORMS)
        raise ValueError(
            f"{function}: norm must be a NormForm or the name of one; got {norm!r}; use one of {near}, or "
            "bnact.invariants.NormForm(...)"
        )
    return NORM_FORMS[norm]


def in_cells(form: NormForm, x: Array) -> tuple[Array, tuple[int, ...]]:
    """x laid out so that the values that share statistics lie along some axes, and these axes.

    Args:
      form: whose statistics.
      x: (..., features).

    Raises:
      ValueError: the features or the examples cannot be divided so.
    """
    last = x.ndim - 1
    if form.shared == "virtual batch":
        size = min(form.number, x.shape[0])
        _check_divides("examples in a virtual batch", size, "examples", x.shape[0])
        return jnp.reshape(x, (x.shape[0] // size, size, *x.shape[1:])), tuple(range(1, x.ndim))
    if form.shared == "groups":
        _check_divides("groups", form.number, "features", x.shape[-1])
        grouped = jnp.reshape(x, (*x.shape[:-1], form.number, x.shape[-1] // form.number))
        return grouped, (*range(1, last), x.ndim)
    if form.shared == "positions":
        return x, tuple(range(1, last))
    return x, tuple(range(last)) if form.shared == "batch" else (last,)


def _check_divides(what: str, number: int, of: str, size: int) -> None:
    if number < 1 or size % number:
        raise ValueError(
            f"NormForm: the number of {what} must divide the {of}; got number={number}, {size} {of}; use "
            f"number in {divisors(size)}"
        )
