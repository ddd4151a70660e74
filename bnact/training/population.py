"""Many runs at once: all lanes of one cell in one call of one compiled program."""

import collections
import functools
from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp
import numpy as np

from bnact.data import Dataset, check_batch_size
from bnact.distributed import (
    Arrangement,
    arrangement_of,
    first_of,
    free_bytes,
    function_of_lanes,
    needed_bytes,
    population_mesh,
    smaller,
)
from bnact.fused import Index, Table, index_of, table_of
from bnact.types import PyTree

from .architectures import architecture_of, check_architecture, check_injury
from .examples import Examples, examples
from .injury import INJURIES, Injury
from .log import LOG_POINTS, Log
from .objective import OBJECTIVES
from .run import Cell, Lane, Task, Trained, run
from .setting import Program, Setting
from .watch import check_identities

IN_FLIGHT = 2
"""Calls handed to the devices at a time: while one is computed, the next is there."""


def train_population(
    settings: Sequence[Setting],
    dataset: Dataset,
    activations: Sequence[str] = (),
    check: bool = False,
    norms: Sequence[str] = (),
) -> list[Log]:
    """Trains the runs of one cell, spread over the devices at hand.

    They are trained in calls of equally many, see `arrangement_for`. The program is compiled at the first
    call for its architecture, depth, width, batch size, dataset, size of a call, activations and norms, and
    kept; which of these, order, gain, injury, number of steps and number of runs are data to it.

    Args:
      settings: runs that differ in learning rate and seed alone.
      dataset: the one that the settings name.
      activations: what other cells of the study have, by name, so that one program serves all of them;
        no number depends on it.
      check: at every point of the logs, hold the gradients of every layer's pair, as its own backward pass
        computes them, against what must be true of them; the logs are the same.
      norms: what other cells of the study have, as `activations`. Those that every table holds need no
        mention.

    Returns:
      The logs, as numpy arrays, in the settings' order.

    Raises:
      ValueError: no settings, settings of several cells, of another dataset, or a batch larger than
        the training set.
      ArithmeticError: an identity was checked and does not hold.
    """
    _check(settings, dataset)
    table = table_of([*activations, settings[0].activation], [*norms, settings[0].norm])
    arrangement, program = fitting_program(settings[0].program, dataset, len(settings), table, check)
    index = index_of(settings[0].activation, settings[0].norm, settings[0].order, table)
    shared = (examples(dataset), cell_data(settings[0], index))
    # Once, not at every call: a dataset may be larger than all that a call else moves.
    shared = jax.device_put(shared, program.input_shardings[0][0])
    logs, worst = _trained(lambda lanes: program(shared, lanes), settings, arrangement)
    runs, seeds = len(settings), [setting.seed for setting in settings]
    check_identities(worst, logs.train_loss, logs.step, seeds)
    return [jax.tree.map(lambda leaf, lane=lane: leaf[lane], logs) for lane in range(runs)]


def _trained(
    program: Callable[[Lane], Trained], settings: Sequence[Setting], arrangement: Arrangement
) -> PyTree:
    """The `Trained` of all runs, of numpy arrays; the last call is filled up with a run of its own."""
    block, waiting, done = arrangement.block, collections.deque[Trained](), list[Trained]()
    for begin in range(0, len(settings), block):
        lanes = settings[begin : begin + block]
        if len(waiting) == IN_FLIGHT:
            done.append(jax.device_get(waiting.popleft()))
        waiting.append(program(stacked_lanes([*lanes, *[lanes[0]] * (block - len(lanes))])))
    done.extend(map(jax.device_get, waiting))
    return jax.tree.map(lambda *leaves: np.concatenate(leaves)[: len(settings)], *done)


def arrangement_for(program: Program, lanes: int) -> Arrangement:
    """How the devices at hand train `lanes` runs of a program, memory aside; see `arrangement_of`."""
    mesh = population_mesh()
    images = architecture_of(program.architecture).takes_images
    return arrangement_of(lanes, mesh.size, mesh.devices.flat[0].platform, program.width, images)


def fitting_program(
    program: Program, dataset: Dataset, lanes: int, table: Table, check: bool = False
) -> tuple[Arrangement, jax.stages.Compiled]:
    """The layout of `lanes` runs and its compiled program, made smaller until it fits into free memory.

    The smallest there is is returned whether it fits or not. Arguments as in `compiled_program`.
    """
    arrangement = arrangement_for(program, lanes)
    while True:
        devices = arrangement.devices
        compiled = compiled_program(program, dataset, arrangement.block, table, check, devices)
        less = smaller(arrangement)
        if less is None or _fits(compiled, devices):
            return arrangement, compiled
        arrangement = less


def _fits(compiled: jax.stages.Compiled, devices: int) -> bool:
    needed = needed_bytes(compiled)
    free = free_bytes(list(population_mesh().devices.flat)[:devices])
    return needed is None or free is None or IN_FLIGHT * needed <= free


@functools.lru_cache(maxsize=64)
def compiled_program(
    program: Program,
    dataset: Dataset,
    lanes: int,
    table: Table,
    check: bool = False,
    devices: int | None = None,
) -> jax.stages.Compiled:
    """The program of a `Program`, dataset, number of lanes and table of pairs, compiled.

    Args:
      program: architecture, depth, width and batch size.
      dataset: its arrays' shapes and its task are compiled in, its values are not.
      lanes: a multiple of the number of devices.
      table: the pairs it can compute.
      check: whether identities are checked.
      devices: how many of those at hand; all if None.

    Returns:
      The function ((examples, cell), lanes) -> `Trained`, stacked along a leading axis.
    """

    def one(shared: tuple[Examples, Cell], lane: Lane) -> Trained:
        return run(program, task, *shared, lane, table, check)

    task = Task(dataset.features, dataset.image_shape, dataset.outputs, OBJECTIVES[dataset.kind])
    index, some = Index(0, 0, 0), Setting(data=dataset.name)
    arguments = (examples(dataset), cell_data(some, index)), stacked_lanes([some] * lanes)
    mesh = population_mesh()
    mesh = first_of(mesh, mesh.size if devices is None else devices)
    way = arrangement_for(program, lanes).way
    return jax.jit(function_of_lanes(one, mesh, way)).lower(*arguments).compile()


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


def _check(settings: Sequence[Setting], dataset: Dataset) -> None:
    if not settings:
        raise ValueError("train_population: needs at least one setting; got none; give the runs of one cell")
    cells = {setting.cell for setting in settings}
    if len(cells) > 1:
        raise ValueError(
            f"train_population: settings must share a cell, that is differ in learning_rate and seed alone; "
            f"got {len(cells)} cells; call it once for each"
        )
    if settings[0].data != dataset.name:
        raise ValueError(
            f"train_population: the dataset must be the settings'; got {dataset.name!r} for settings of "
            f"{settings[0].data!r}; use bnact.data.load({settings[0].data!r})"
        )
    check_batch_size(dataset, settings[0].batch_size)
    check_architecture(settings[0].architecture, dataset)
    check_injury(settings[0].architecture, settings[0].kill)
    for setting in settings:
        _check_numbers(setting)


LEAST = {"depth": 1, "width": 1, "steps": 0, "observed": 2, "seed": 0}


def _check_numbers(setting: Setting) -> None:
    for name, least in LEAST.items():
        if getattr(setting, name) < least:
            raise ValueError(
                f"train_population: {name} must be at least {least}; got {name}={getattr(setting, name)}; "
                f"use {name}={least} or more"
            )
    if setting.seed >= 2**32:
        raise ValueError(
            f"train_population: seed must be below 2^32; got seed={setting.seed}; use a smaller one"
        )
    if setting.kill not in INJURIES:
        raise ValueError(
            f"train_population: kill must be one of {', '.join(INJURIES)}; got {setting.kill!r}; use 'none'"
        )
