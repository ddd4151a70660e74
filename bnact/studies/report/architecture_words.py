"""What architectures are called in sentences, titles and axes."""

from collections.abc import Iterable, Sequence

from bnact.studies.counted import counted
from bnact.training.architectures import architecture_of
from bnact.training.setting import Setting

from .wording import listed

HIDDEN_LAYER = "hidden layer"
SITE = "site"
"""A pair of norm and activation, wherever it stands."""


def layer_noun(architectures: Iterable[str], otherwise: str) -> str:
    """What depth counts in these architectures, in the singular; `otherwise` where that differs."""
    nouns = {architecture_of(name).layer for name in architectures}
    return nouns.pop() if len(nouns) == 1 else otherwise


def site_noun(architectures: Iterable[str]) -> str:
    """What a pair stands in: a hidden layer if it does in all of these architectures, else "site"."""
    return HIDDEN_LAYER if layer_noun(architectures, SITE) == HIDDEN_LAYER else SITE


def sizes_in_words(settings: Sequence[Setting]) -> str:
    """The architectures with their depths and widths: "mlp with 2 and 8 hidden layers of 64 units"."""
    parts = []
    for name in dict.fromkeys(setting.architecture for setting in settings):
        own, architecture = [each for each in settings if each.architecture == name], architecture_of(name)
        depths = numbers_in_words([each.depth for each in own], architecture.layer)
        widths = numbers_in_words([each.width for each in own], architecture.unit)
        parts.append(f"{name} with {depths} of {widths}")
    return "; ".join(parts)


def architectures_in_words(names: Iterable[str]) -> str:
    """What each architecture is, a sentence each."""
    return " ".join(f"{name}: {architecture_of(name).description}." for name in sorted(set(names)))


def numbers_in_words(values: Iterable[int], noun: str) -> str:
    """The different numbers, rising, with their noun: "2 and 8 hidden layers"."""
    *others, last = sorted(set(values))
    return listed([*(f"{value:,}" for value in others), counted(last, noun)])
