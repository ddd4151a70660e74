"""What holds for a whole matrix of tasks and architectures, as terms and texts of the methods."""

from collections.abc import Mapping, Sequence

from bnact.studies.claim import Costs, Scale
from bnact.studies.counted import counted
from bnact.studies.matrix import OVERALL

from .matrix_view import seeds_in_words
from .methods import Methods
from .wording import listed

ARCHITECTURES: Mapping[str, str] = {
    "mlp": "hidden layers one behind the other, each a linear map with its pair of norm and activation",
    "residual_mlp": "residual blocks of two linear maps, each with its pair, added to a stream that no norm "
    "or activation stands on",
    "normalized_input_mlp": "an mlp with a batch norm on its inputs",
    "conv_net": "convolutions, each with its pair, then a mean over all places",
    "resnet": "residual blocks of two convolutions, each with its pair",
    "transformer": "blocks of attention and of a feed-forward network, which has the pair",
}


def matrix_methods(scales: Sequence[Scale]) -> Methods:
    """Tasks, architectures, seeds, and how one verdict is made.

    Args:
      scales: of the study.

    Returns:
      Terms and texts, in the order they are read.
    """
    found = (
        ("Architectures", _architectures(scales)),
        ("Tasks, architectures and seeds", _seeds(scales)),
    )
    return (*found, ("One verdict of many", OVERALL)) if len(scales) > 1 else found


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


def _architectures(scales: Sequence[Scale]) -> str:
    depths = {scale.architecture: scale.depths for scale in scales}
    return " ".join(
        f"{name}{_meaning(name)}; depths {listed([str(depth) for depth in depths[name]])}." for name in depths
    )


def _meaning(name: str) -> str:
    return f": {ARCHITECTURES[name]}" if name in ARCHITECTURES else ""


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
    return f"{words}. The sets have no seed in common, and each decides every claim by itself."
