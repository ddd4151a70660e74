"""The compiled program of a population, and what it is called with."""

from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from bnact.data import Dataset
from bnact.distributed import (
    Arrangement,
    arrangement_of,
    function_of_lanes,
    mesh_of,
    population_mesh,
    programs_found,
    without_locations,
)
from bnact.fused import Index, Table

from .architectures import architecture_of
from .examples import Examples, shapes_of_examples
from .in_context import kept_in_context
from .injury import INJURIES, Injury
from .log import LOG_POINTS
from .objective import OBJECTIVES
from .run import Cell, Lane, Task, Trained, run
from .setting import Program, Setting


def arrangement_for(program: Program, lanes: int) -> Arrangement:
    """How the devices at hand train `lanes` runs of a program, memory aside; see `arrangement_of`."""
    mesh = population_mesh()
    images = architecture_of(program.architecture).takes_images
    return arrangement_of(lanes, mesh.size, mesh.devices.flat[0].platform, program.width, images)


class Compiled(NamedTuple):
    """A compiled program, and where it came from.

    Attributes:
      program: the function ((examples, cell), lanes) -> `Trained`, stacked along a leading axis.
      was_found: whether the compilation cache held it, so that nothing was compiled.
    """

    program: jax.stages.Compiled
    was_found: bool


@kept_in_context(maxsize=64)
def compiled_program(
    program: Program,
    dataset: Dataset,
    arrangement: Arrangement,
    table: Table,
    check: bool = False,
) -> Compiled:
    """The program of a `Program`, dataset, arrangement and table of pairs, compiled under jax's settings.

    Args:
      program: architecture, depth, width and batch size.
      dataset: its arrays' shapes and its task are compiled in, its values are not.
      arrangement: of a call's lanes.
      table: the pairs it can compute.
      check: whether identities are checked.

    Returns:
      The program, and whether it was found in the compilation cache.
    """

    def one(shared: tuple[Examples, Cell], lane: Lane) -> Trained:
        return run(program, task, *shared, lane, table, check)

    task = Task(dataset.features, dataset.image_shape, dataset.outputs, OBJECTIVES[dataset.kind])
    some = Setting(data=dataset.name)
    cell = jax.eval_shape(lambda: cell_data(some, Index(0, 0, 0)))
    lanes = jax.eval_shape(lambda: stacked_lanes([some] * arrangement.block))
    function = jax.jit(function_of_lanes(one, mesh_of(arrangement), arrangement.way))
    traced = function.trace((shapes_of_examples(dataset), cell), lanes)
    with without_locations():
        lowered = traced.lower()
    # Around this alone: tracing may compute constants by small programs of its own, found or not.
    with programs_found() as found:
        compiled = lowered.compile()
    return Compiled(compiled, was_found=bool(found))


def cell_data(setting: Setting, index: Index) -> Cell:
    """What the runs of the setting's cell share; `index` is the pair's place in the program's table."""
    return Cell(
        pair=Index(*(jnp.asarray(entry, jnp.int32) for entry in index)),
        gain=jnp.asarray(setting.gain, jnp.float32),
        injury=Injury(*(jnp.asarray(amount, jnp.float32) for amount in INJURIES[setting.kill])),
        steps=jnp.asarray(log_steps(setting.steps)),
    )


def log_steps(steps: int) -> np.ndarray:
    """(LOG_POINTS,) the steps after which a run of `steps` is looked at: squares, so denser early."""
    shares = np.linspace(0.0, 1.0, LOG_POINTS) ** 2
    return np.round(shares * steps).astype(np.int32)


def stacked_lanes(settings: Sequence[Setting]) -> Lane:
    """What each run has for itself, stacked along a leading axis."""
    rates = jnp.asarray([setting.learning_rate for setting in settings], jnp.float32)
    return Lane(rates, jnp.asarray([setting.seed for setting in settings], jnp.uint32))
