"""What is special about the catalogue of activations."""

from collections.abc import Sequence

from bnact.activations import ACTIVATIONS, PROPERTIES, get
from experiments.catalogue.entry import Catalogue, Entry, Figure

from .facts import Accuracy, entry_of
from .measured import measured_accuracy
from .picture import picture
from .table import markdown


def _names() -> tuple[str, ...]:
    return tuple(ACTIVATIONS)


def _measure(name: str) -> Accuracy:
    return measured_accuracy(get(name))


def _entry(name: str, measured: Sequence[float]) -> Entry:
    return entry_of(get(name), Accuracy(*measured))


def _figures(name: str, _: Sequence[float]) -> tuple[Figure, ...]:
    return (Figure(picture(get(name)), f"{name} and its first two derivatives"),)


ACTIVATION_CATALOGUE = Catalogue(
    title="Catalogue of activations",
    introduction=(
        "Every fact here is declared in the registry and checked against the function by the tests. Solid: "
        "the value. Dashed: the derivative, as jax.grad gives it. Dotted: the second derivative.",
    ),
    properties=dict.fromkeys(PROPERTIES, ""),
    page="catalogue",
    measured="measured_errors.json",
    names=_names,
    measure=_measure,
    entry=_entry,
    figures=_figures,
    table=markdown,
)
