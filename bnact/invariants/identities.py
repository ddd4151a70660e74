"""The one list of identities of norms: in words, as a formula, as a residual, and for which norms."""

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import NamedTuple

from .forms import NormForm
from .norm_gradients import (
    bias_gradient,
    earlier_bias_gradient,
    input_gradient,
    input_gradient_energy,
    input_gradient_projection,
    input_gradient_stretch,
    input_gradient_sum,
    scale_gradient,
)
from .residual import Residual
from .site import Examined, Gradients, Site, examined


class Identity(NamedTuple):
    """Something that holds exactly of the gradients of a norm.

    Attributes:
      words: the identity in words.
      formula: in plain text, z, r, g and n as in `bnact.invariants.norm_gradients`.
      residual: `Examined` -> `Residual`.
      follows_from: whether it holds of a norm that claims this.
      parameter: which parameter's gradient it is about; None: that of x.
    """

    words: str
    formula: str
    residual: Callable[[Examined], Residual]
    follows_from: Callable[[NormForm], bool]
    parameter: str | None = None


IDENTITIES: Mapping[str, Identity] = MappingProxyType(
    {
        "input_gradient": Identity(
            "every element of the gradient by x is that of the formula",
            "dL/dx = r (g - sum(g) / n - z sum(g z) / n)",
            input_gradient,
            lambda form: form.formula,
        ),
        "input_gradient_sum": Identity(
            "the gradient by x sums to 0 over what shares a mean",
            "sum(dL/dx) = 0",
            input_gradient_sum,
            lambda form: form.centered,
        ),
        "input_gradient_projection": Identity(
            "the gradient by x is orthogonal to z but for what epsilon leaves",
            "sum(z dL/dx) = epsilon r^3 sum(z g)",
            input_gradient_projection,
            lambda form: form.formula and form.divided,
        ),
        "input_gradient_energy": Identity(
            "the gradient by x has the size that what comes from above gives it",
            "sum(g dL/dx) = r (sum(g^2) - sum(g)^2 / n - sum(g z)^2 / n)",
            input_gradient_energy,
            lambda form: form.formula,
        ),
        "input_gradient_stretch": Identity(
            "the gradient by x is orthogonal to x",
            "sum(x dL/dx) = 0",
            input_gradient_stretch,
            lambda form: form.stretched,
        ),
        "scale_gradient": Identity(
            "the gradient by the scale sums what comes from above times z",
            "dL/dscale = sum(z dL/dy)",
            scale_gradient,
            lambda form: form.formula,
            "scale",
        ),
        "bias_gradient": Identity(
            "the gradient by the bias sums what comes from above",
            "dL/dbias = sum(dL/dy)",
            bias_gradient,
            lambda form: form.bias,
            "bias",
        ),
        "earlier_bias_gradient": Identity(
            "a bias added before the norm has no gradient",
            "dL/db = 0 of norm(x + b)",
            earlier_bias_gradient,
            lambda form: form.centered and form.by_feature,
        ),
    }
)
"""By name. Without a mean to subtract sum(g) drops out; where nothing is divided, z does, and r = 1."""


def identities_of(form: NormForm) -> Mapping[str, Identity]:
    """The identities that must hold of a norm, by name.

    Args:
      form: what the norm claims to be.
    """
    return {name: identity for name, identity in IDENTITIES.items() if identity.follows_from(form)}


def residuals_of(
    site: Site, found: Gradients, about: Collection[str | None] = (None, "scale", "bias")
) -> dict[str, Residual]:
    """The residuals of all identities that must hold at a site, by name.

    Args:
      site: where a norm was examined, and what it claims to be.
      found: the gradients it returned; None for a parameter leaves out the identities about it.
      about: the parameters whose gradients are asked for; None is x.
    """
    given = {None: found.x, "scale": found.scale, "bias": found.bias}
    asked, at = identities_of(site.form), examined(site, found)
    return {
        name: identity.residual(at)
        for name, identity in asked.items()
        if identity.parameter in about and given[identity.parameter] is not None
    }
