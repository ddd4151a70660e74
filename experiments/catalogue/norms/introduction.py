"""What a reader of the catalogue of norms is told first."""

from .dependence import BLOCKS_DRAWN
from .subject import BLOCKS


def _shape(of: str) -> str:
    return " × ".join(map(str, BLOCKS[of].costed))


COUNTED = (
    f"Counted by XLA (cost analysis of the programs it compiles for a CPU) in float32, with the default "
    f"settings, at {_shape('activations')} values (examples × rows × columns × features) and kernels of "
    f"{_shape('weights')} (rows × columns × inputs × outputs), and divided by how many those are. Operations "
    "are arithmetic and transcendental functions alike; bytes are those read and written by the program's "
    "loops. With gradient: forward, and backward to the input and the parameters. Kept: the distinct arrays "
    "that jax.vjp of the jitted norm hands to the backward pass; within one program XLA may compute them "
    "again instead."
)

INTRODUCTION = (
    "Formulas, settings and sources are those of the docstrings, defaults those of the signatures. The rest "
    "is measured. In the pictures the orange entry is one output, and the blue ones all the input entries it "
    f"depends on: those by which its derivative is not 0, in float64, in any of {BLOCKS_DRAWN} random "
    "blocks. The orange one depends on itself.",
    COUNTED,
)
