"""What a step's measured seconds are of: the one network size and task that is timed, and its names."""

from bnact.studies.tuned_cell import Pair
from bnact.training.setting import Setting

DATA, ARCHITECTURE = "digits", "mlp"
DEPTH, WIDTH, BATCH_SIZE = 8, 64, 64

TIMED_NETWORK = f"{ARCHITECTURE} of {DEPTH} layers of {WIDTH} units on {DATA}, batches of {BATCH_SIZE}"


def network_name(pair: Pair) -> str:
    """How `Costs.step` calls a network: "relu, batch, before"."""
    return ", ".join(pair)


def is_timed(setting: Setting) -> bool:
    """Whether a step of a setting is of the size and on the task that are timed."""
    return (
        setting.data,
        setting.architecture,
        setting.depth,
        setting.width,
        setting.batch_size,
    ) == (DATA, ARCHITECTURE, DEPTH, WIDTH, BATCH_SIZE)
