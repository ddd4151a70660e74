"""What the catalogue says about one norm, in words."""

from collections.abc import Sequence

import jax
import numpy as np

from bnact.types import PyTree
from experiments.catalogue.entry import Entry, Figure, Setting

from .cost import Cost
from .dependence import in_words, unpacked
from .docstring import Documented, documented
from .drawing import drawing
from .measured import Measured
from .subject import Subject, defaults, drawn_settings, made

SHOWN_SIZE = 96
"""Features for which parameters are counted, and twice as many: what is not of a feature shows."""


def entry_of(subject: Subject, measured: Measured) -> Entry:
    """The entry of a norm: what its docstring says, what its signature says, and what was measured."""
    words = documented(subject.factory)
    return Entry(
        name=subject.name,
        formula=words.formula,
        source=words.source,
        properties=tuple(measured.traits),
        facts=(
            ("called", words.title),
            *_dependences(subject, measured),
            *_sizes(subject),
            *_costs(measured.cost, measured.jax),
        ),
        settings=_settings(subject, words),
    )


def figures_of(subject: Subject, measured: Measured) -> tuple[Figure, ...]:
    """Its block in training and in evaluation; one picture where they are the same."""
    same = measured.training == measured.evaluation
    with_ = "".join(f", with {name}={value}" for name, value in drawn_settings(subject).items())
    modes = {
        "in training and in evaluation" if same else "in training": measured.training,
        "in evaluation": measured.evaluation,
    }
    return tuple(_figure(subject, mode, digits, with_) for mode, digits in list(modes.items())[: 2 - same])


def _figure(subject: Subject, mode: str, digits: str, settings: str) -> Figure:
    entries = unpacked(digits, subject.block.shape)
    words = in_words(entries, subject)
    label = f"one output of {subject.name}, {mode}, and the entries it depends on: {words}{settings}"
    return Figure(drawing(entries, subject.block), label, f"{mode}{settings}")


def _dependences(subject: Subject, measured: Measured) -> list[tuple[str, str]]:
    shape = subject.block.shape
    training, evaluation = (
        in_words(unpacked(digits, shape), subject) for digits in (measured.training, measured.evaluation)
    )
    modes = [("an output depends on", training)]
    return modes if training == evaluation else [*modes, ("in evaluation on", evaluation)]


def _sizes(subject: Subject) -> list[tuple[str, str]]:
    shapes = [(*subject.block.costed[:-1], size) for size in (SHOWN_SIZE, 2 * SHOWN_SIZE)]
    norms = [made(subject, {}, shape) for shape in shapes]
    return [
        ("learns", _counted([norm.params for norm in norms], subject)),
        ("remembers", _counted([norm.state for norm in norms], subject)),
    ]


def _counted(trees: Sequence[PyTree], subject: Subject) -> str:
    names = [name for name, leaf in trees[0]._asdict().items() if leaf is not None] if trees[0] else []
    if not names:
        return "nothing"
    small, large = (sum(int(np.size(leaf)) for leaf in jax.tree.leaves(tree)) for tree in trees)
    each = (large - small) // SHOWN_SIZE
    alone = small - each * SHOWN_SIZE
    unit = subject.block.axes[-1].removesuffix("s")
    parts = [f"{each} for each {unit}"] * (each > 0) + [
        f"{alone:,} in all" if not each else f"{alone:,} more"
    ] * (alone > 0)
    return f"{', '.join(names)}: {' and '.join(parts)}"


def _costs(cost: Cost, version: str) -> list[tuple[str, str]]:
    works = (("forward", cost.training), ("with gradient", cost.gradient), ("evaluation", cost.evaluation))
    return [
        ("operations per value", ", ".join(f"{name} {work.operations:g}" for name, work in works)),
        ("bytes per value", ", ".join(f"{name} {work.bytes:g}" for name, work in works)),
        ("kept for the gradient", f"{cost.kept:g} float32 per value"),
        ("counted with", f"jax {version}"),
    ]


def _settings(subject: Subject, words: Documented) -> tuple[Setting, ...]:
    return tuple(
        Setting(name, repr(default), words.settings.get(name, ""))
        for name, default in defaults(subject).items()
    )
