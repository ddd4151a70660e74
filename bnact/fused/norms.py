"""The norms that a table can hold."""

import functools
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import jax

from bnact import normalizations
from bnact.normalizations import (
    STANDARDIZATIONS,
    Affine,
    Normalization,
    Standardization,
    batch_norm,
    divisive_norm,
    dynamic_erf,
    dynamic_tanh,
    filter_response_norm,
    ghost_batch_norm,
    group_norm,
    instance_norm,
    local_response_norm,
    mean_only_batch_norm,
    scale_norm,
)
from bnact.normalizations.reduced import normalized_by_reduction, normalized_given, reduced_moments
from bnact.normalizations.reduction import whole
from bnact.types import Array, PyTree

EPSILON = 1e-5
"""Added to the variance under the root by every norm of a table that standardizes by moments."""

NOTHING = STANDARDIZATIONS["none"]
"""The norm that leaves its input as it is."""

GROUPS = 4
"""Of group norm: so few that narrow layers can be divided, and 16 features each at a width of 64."""


class Formula(NamedTuple):
    """A norm beyond `STANDARDIZATIONS`: the registry's own, with parameters of its own.

    Attributes:
      name: in `NORMS`.
      trained: the norm that sees a batch.
      evaluated: the norm that, with the statistics of some examples, sees others. What it remembers of the
        one batch it is given must be that batch's statistics: its momentum, if it has one, is 0.
      needs_positions: whether it means nothing without axes between examples and features.
    """

    name: str
    trained: Normalization
    evaluated: Normalization
    needs_positions: bool = False


Norm = Standardization | Formula

Own = Mapping[str, Mapping[str, Array]]
"""By the name of the norm, its parameters that are not a scale or a bias of every feature."""


def _remembering_nothing(name: str, norm: Normalization, needs_positions: bool = False) -> Formula:
    return Formula(name, norm, norm, needs_positions)


FORMULAS: Mapping[str, Formula] = MappingProxyType(
    {
        formula.name: formula
        for formula in (
            _remembering_nothing("mean_only_batch", mean_only_batch_norm(momentum=0.0)),
            Formula("ghost_batch", ghost_batch_norm(momentum=0.0), batch_norm(momentum=0.0)),
            _remembering_nothing("scale", scale_norm()),
            _remembering_nothing("group", group_norm(groups=GROUPS)),
            _remembering_nothing("instance", instance_norm(), needs_positions=True),
            _remembering_nothing(
                "filter_response", filter_response_norm(use_threshold=False), needs_positions=True
            ),
            _remembering_nothing("dynamic_tanh", dynamic_tanh()),
            _remembering_nothing("dynamic_erf", dynamic_erf()),
            _remembering_nothing("divisive", divisive_norm()),
            _remembering_nothing("local_response", local_response_norm()),
        )
    }
)

NORMS: Mapping[str, Norm] = MappingProxyType(
    {**STANDARDIZATIONS, "power": Standardization("batch", centered=False), **FORMULAS}
)
"""What a study can train with, by the names of `bnact.normalizations.NORMALIZATIONS`.

The settings are the defaults there, but for these: group norm has `GROUPS` groups, filter response norm has
no threshold, since an activation stands beside it, and power norm stays in its warm-up, in which it is batch
norm without centring.
"""


def initial_own(name: str, num_features: int) -> dict[str, Array]:
    """The first values of what a norm learns beside a scale and a bias of every feature, by its name."""
    norm = NORMS[name]
    if not isinstance(norm, Formula):
        return {}
    params = norm.trained.init(num_features)[0]
    return {
        field: value
        for field, value in params._asdict().items()
        if value is not None and not _is_affine(field, value)
    }


class HasAffine(NamedTuple):
    """Whether a norm has a scale of every feature, and whether it has a bias."""

    scale: bool
    bias: bool


@functools.cache
def has_affine() -> Mapping[str, HasAffine]:
    """What every norm of `NORMS` has, by its name and in the order there."""

    def of(name: str) -> HasAffine:
        norm = NORMS[name]
        made = norm.trained if isinstance(norm, Formula) else normalizations.get(name)()
        params = jax.eval_shape(lambda: made.init(GROUPS)[0])._asdict()
        there = {field for field, value in params.items() if value is not None and _is_affine(field, value)}
        return HasAffine(scale="scale" in there, bias="bias" in there)

    return MappingProxyType({name: of(name) for name in NORMS})


def outcome(norm: Norm, by: Affine, own: Own, u: Array) -> Array:
    """What the norm makes of a batch `u`, of shape (..., features)."""
    if isinstance(norm, Standardization):
        return normalized_by_reduction(u, whole(norm, u.shape), EPSILON, by)[0]
    _, state = norm.trained.init(u.shape[-1])
    return norm.trained.apply(_parameters(norm, by, own, u.shape[-1]), state, u)[0]


def outcome_after(norm: Norm, counted: int, by: Affine, own: Own, u: Array) -> Array:
    """What the norm makes of `u` with the statistics of its first `counted` examples, if it takes any."""
    if isinstance(norm, Standardization):
        reduction = whole(norm, u.shape)
        of_batch = norm.axes == "batch"
        statistics = reduced_moments(reduction, u[:counted] if of_batch else u, None)
        return normalized_given(reduction, u, statistics, EPSILON, by, None)
    params = _parameters(norm, by, own, u.shape[-1])
    _, state = norm.evaluated.init(u.shape[-1])
    _, remembered = norm.evaluated.apply(params, state, u[:counted])
    return norm.evaluated.apply(params, remembered, u, train=False)[0]


def _parameters(formula: Formula, by: Affine, own: Own, num_features: int) -> PyTree:
    shapes = jax.eval_shape(lambda: formula.trained.init(num_features)[0])
    values = by._asdict() | dict(own.get(formula.name, {}))
    return type(shapes)(
        **{name: None if shape is None else values[name] for name, shape in shapes._asdict().items()}
    )


def _is_affine(field: str, value: Array) -> bool:
    """Whether a parameter is a scale or a bias of every feature: scale norm's scale is one number."""
    return field in Affine._fields and value.ndim == 1
