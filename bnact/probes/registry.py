"""The probes of a representation that have a name."""

from collections.abc import Callable, Mapping

from bnact.types import Array

from .intrinsic_dimension import intrinsic_dimension
from .separability import between_class_share, neighbour_accuracy
from .spectrum import effective_rank, participation_ratio

PROBES: Mapping[str, Callable[[Array], Array]] = {
    "effective_rank": effective_rank,
    "participation_ratio": participation_ratio,
    "intrinsic_dimension": intrinsic_dimension,
}
"""(examples, features) -> a number that no shift, rotation or scale of the representation changes."""

LABELLED_PROBES: Mapping[str, Callable[[Array, Array], Array]] = {
    "neighbour_accuracy": neighbour_accuracy,
    "between_class_share": between_class_share,
}
"""The same of (examples, features) and (examples,) labels."""
