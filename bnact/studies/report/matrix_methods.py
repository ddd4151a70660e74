"""What holds for a whole matrix of tasks and architectures, as terms and texts of the methods."""

import itertools
import math
from collections import Counter
from collections.abc import Sequence

from bnact.studies.claim import Costs, Scale
from bnact.studies.counted import counted
from bnact.studies.matrix import OVERALL, Stratum, stratum_of
from bnact.studies.statistics import ALPHA
from bnact.training.architectures import architecture_of

from .architecture_words import numbers_in_words
from .matrix_view import seeds_in_words
from .methods import Methods
from .wording import listed, significant

TAIL = ALPHA / 2.0
"""Share of two-sided tests at `ALPHA` that chance alone puts on one side."""


def matrix_methods(scales: Sequence[Scale]) -> Methods:
    """Tasks, architectures, seeds, and how one verdict is made.

    Args:
      scales: of the study.

    Returns:
      Terms and texts, in the order they are read.
    """
    found = (("Tasks, architectures and seeds", f"{_seeds(scales)} {_depths(scales)}"),)
    if len(scales) == 1:
        return found
    return (*found, ("One verdict of many", f"{OVERALL} {_false_refutations(scales)}"))


def costs_methods(costs: Costs) -> Methods:
    """How the measured times were measured."""
    return (
        (
            "Times",
            f"Measured once in this work directory, after training, on the machine at hand: the value, and "
            f"the value and gradient, of {counted(len(costs.value), 'activation')} on (64, 64) 32-bit "
            f"numbers, and a training step of {counted(len(costs.step), 'network')} of eight layers of 64 "
            "units, as the study trains them. Compiled, the least of several repeats. They are another "
            "machine's on another machine; no verdict depends on them.",
        ),
    )


def _depths(scales: Sequence[Scale]) -> str:
    depths: dict[str, set[int]] = {}
    for scale in scales:
        depths.setdefault(scale.architecture, set()).update(scale.depths)
    each = (
        f"{name} with {numbers_in_words(found, architecture_of(name).layer)}"
        for name, found in depths.items()
    )
    return f"Depths: {'; '.join(each)}."


def _seeds(scales: Sequence[Scale]) -> str:
    tasks = list(dict.fromkeys(scale.data for scale in scales))
    architectures = list(dict.fromkeys(scale.architecture for scale in scales))
    seeds = list(dict.fromkeys(map(seeds_in_words, scales)))
    words = (
        f"{counted(len(tasks), 'task')} ({listed(tasks)}) in {counted(len(architectures), 'architecture')} "
        f"({listed(architectures)}), with {listed(seeds)}"
    )
    if len(seeds) == 1:
        return f"{words}. One set of seeds: nothing is replicated."
    return f"{words}. {_in_common(scales)}, and each decides every claim by itself."


def _in_common(scales: Sequence[Scale]) -> str:
    """Whether two sets of seeds of one task and architecture share a seed."""
    sets: dict[Stratum, list[range]] = {}
    for scale in scales:
        seeds = range(scale.first_seed, scale.first_seed + scale.seeds)
        sets.setdefault(stratum_of(scale), []).append(seeds)
    shared = {
        seed
        for found in sets.values()
        for first, second in itertools.combinations(found, 2)
        for seed in set(first) & set(second)
    }
    if not shared:
        return "The sets have no seed in common"
    return f"Sets have {counted(len(shared), 'seed')} in common: they do not replicate each other wholly"


def _false_refutations(scales: Sequence[Scale]) -> str:
    """How often chance alone refutes a true claim, from the number of strata and of sets of seeds."""
    sets = Counter(map(stratum_of, scales))
    false = 1.0 - math.prod(1.0 - TAIL**each for each in sets.values())
    agreeing = (
        f"; {max(sets.values())} sets, which must agree, in up to {_percent(TAIL ** max(sets.values()))}"
        if max(sets.values()) > 1
        else ""
    )
    return (
        "Chance alone, where nothing differs, lets one set of seeds refute in one pair in up to "
        f"{_percent(TAIL)} of cases{agreeing}. In at least one of {counted(len(sets), 'pair')} it does so in "
        f"up to {_percent(false)}, if they are independent."
    )


def _percent(share: float) -> str:
    return f"{significant(100.0 * share, 2)} %"
