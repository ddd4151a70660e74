"""Many runs at once: all lanes of one cell in calls of one compiled program."""

import collections
import warnings
from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax
import numpy as np

from bnact.data import Dataset
from bnact.distributed import Arrangement, is_out_of_memory, smaller
from bnact.fused import Table, index_of, table_of
from bnact.types import PyTree

from .checks import check_population
from .examples import examples
from .fitting import IN_FLIGHT, fitting_program
from .log import Log
from .program import arrangement_for, cell_data, stacked_lanes
from .run import Lane, Trained
from .setting import Setting
from .watch import check_identities


class Population(NamedTuple):
    """A population that was trained.

    Attributes:
      logs: as numpy arrays, in the order of the settings.
      arrangement: the layout in which it was trained.
      compiled: whether a program had to be compiled, in this arrangement or in a larger one that did not
        fit, being kept neither by this process nor by the compilation cache.
    """

    logs: list[Log]
    arrangement: Arrangement
    compiled: bool


def train_population(
    settings: Sequence[Setting],
    dataset: Dataset,
    activations: Sequence[str] = (),
    check: bool = False,
    norms: Sequence[str] = (),
) -> list[Log]:
    """Trains the runs of one cell, spread over the devices at hand.

    They are trained in calls of equally many, see `arrangement_for`; in smaller ones where memory does not
    suffice. The program is compiled at the first call for its architecture, depth, width, batch size,
    dataset, arrangement, activations and norms, and kept; which of these, order, gain, injury, number of
    steps and number of runs are data to it.

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
      MemoryError: not even one network at a time fits into memory.
    """
    check_population(settings, dataset)
    arrangement = arrangement_for(settings[0].program, len(settings))
    return _population(arrangement, settings, dataset, activations, check, norms).logs


def trained_population(
    arrangement: Arrangement,
    settings: Sequence[Setting],
    dataset: Dataset,
    activations: Sequence[str] = (),
    check: bool = False,
    norms: Sequence[str] = (),
) -> Population:
    """`train_population` in a given arrangement, or in the next smaller one for which memory suffices.

    What the program needs is looked at before it is called; where memory then fails all the same, the next
    smaller arrangement is tried, down to one network at a time.

    Raises:
      ValueError, ArithmeticError, MemoryError: as in `train_population`.
    """
    check_population(settings, dataset)
    return _population(arrangement, settings, dataset, activations, check, norms)


def _population(
    arrangement: Arrangement,
    settings: Sequence[Setting],
    dataset: Dataset,
    activations: Sequence[str],
    check: bool,
    norms: Sequence[str],
) -> Population:
    """The population, its settings checked; what users call calls this itself, so that warnings find them."""
    table = table_of([*activations, settings[0].activation], [*norms, settings[0].norm])
    compiled = False
    while True:
        fitted = None
        try:
            fitted = fitting_program(settings[0].program, dataset, arrangement, table, check)
            arrangement = fitted.arrangement
            if fitted.too_large is not None:
                _warn(dataset, fitted.too_large)
            logs = _logs(fitted.program, arrangement, settings, dataset, table)
            return Population(logs, arrangement, compiled or fitted.was_compiled)
        except Exception as error:
            less = smaller(arrangement)
            if not is_out_of_memory(error):
                raise
            if less is None:
                raise _too_large(settings[0]) from error
        # Outside the handler: the error's frames hold arrays, and the next try needs their memory.
        arrangement = less
        # What failed before there was a program failed while it was compiled.
        compiled = compiled or fitted is None or fitted.was_compiled


def _warn(dataset: Dataset, arguments: int) -> None:
    # How much is free is left out: it changes, and what is said twice in the same words is shown once.
    warnings.warn(
        f"train_population: the data set must fit into the memory that is free; got {dataset.name!r}, which "
        f"needs {arguments:,} bytes, more than there are; fewer networks at once would not help: free "
        "memory, or use fewer examples",
        stacklevel=4,  # beyond this, `_population` and what the caller has called
    )


def _too_large(setting: Setting) -> MemoryError:
    return MemoryError(
        "train_population: one network at a time must fit into memory; got "
        f"architecture={setting.architecture}, depth={setting.depth}, width={setting.width}, "
        f"batch_size={setting.batch_size}, which does not; use smaller ones, or free memory"
    )


def _logs(
    program: jax.stages.Compiled,
    arrangement: Arrangement,
    settings: Sequence[Setting],
    dataset: Dataset,
    table: Table,
) -> list[Log]:
    index = index_of(settings[0].activation, settings[0].norm, settings[0].order, table)
    shared = (examples(dataset), cell_data(settings[0], index))
    # Once, not at every call: a dataset may be larger than all that a call else moves.
    shared = jax.device_put(shared, program.input_shardings[0][0])
    logs, worst = _trained(lambda lanes: program(shared, lanes), settings, arrangement)
    check_identities(worst, logs.train_loss, logs.step, [setting.seed for setting in settings])
    return [jax.tree.map(lambda leaf, lane=lane: leaf[lane], logs) for lane in range(len(settings))]


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
