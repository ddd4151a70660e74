"""What is special about the catalogue of norms."""

from typing import Any

from experiments.catalogue.entry import Catalogue, Entry, Figure

from .facts import entry_of, figures_of
from .introduction import INTRODUCTION
from .measured import Measured, from_kept, measured
from .subject import subjects
from .table import markdown
from .traits import TRAITS


def _names() -> tuple[str, ...]:
    return tuple(subjects())


def _measure(name: str) -> Measured:
    return measured(subjects()[name])


def _entry(name: str, kept: Any) -> Entry:
    return entry_of(subjects()[name], from_kept(kept))


def _figures(name: str, kept: Any) -> tuple[Figure, ...]:
    return figures_of(subjects()[name], from_kept(kept))


NORM_CATALOGUE = Catalogue(
    title="Catalogue of norms",
    introduction=INTRODUCTION,
    properties=TRAITS,
    page="norm_catalogue",
    measured="measured_norms.json",
    names=_names,
    measure=_measure,
    entry=_entry,
    figures=_figures,
    table=markdown,
)
