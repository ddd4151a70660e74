"""One run as one pure function: a fresh network, trained, and looked at on the way."""

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jax import lax

from bnact.data import batch_indices
from bnact.fused import Index, Table
from bnact.nn import Design, Pure, SwitchNetwork, SwitchNormAct, fresh, normal_with_gain, result_and_parts
from bnact.probes import root_mean_square_gradient
from bnact.types import Array, PyTree

from .architectures import Size, architecture_of
from .examples import Examples
from .injury import Injury, injure
from .log import Log
from .objective import Objective
from .observation import Observation, observation_at
from .representation import Representation
from .setting import Program

MOMENTUM = 0.9
"""Of stochastic gradient descent."""


class Cell(NamedTuple):
    """What all runs of a cell share, as data for the compiled program.

    Attributes:
      pair: of norm and activation.
      gain: of the hidden weights.
      injury: done to the fresh network.
      steps: (LOG_POINTS,) int32, after how many steps the run is looked at: 0, ..., all of them.
    """

    pair: Index
    gain: Array | float
    injury: Injury
    steps: Array


class Lane(NamedTuple):
    """What one run of a cell has for itself."""

    learning_rate: Array | float
    seed: Array | int


class Task(NamedTuple):
    """What of a dataset is compiled into a program.

    Attributes:
      features: numbers in one example.
      image_shape: see `Dataset`.
      outputs: of the network.
      objective: what it is trained for.
    """

    features: int
    image_shape: tuple[int, ...] | None
    outputs: int
    objective: Objective


class Progress(NamedTuple):
    """What training carries from step to step.

    Attributes:
      params: the parameters.
      optimizer: the optimizer's state.
      gradient_norm: (sites,) the `gradient_norm` of a `Log`, as the latest point's first step saw it.
    """

    params: PyTree
    optimizer: PyTree
    gradient_norm: Array


Point = tuple[Observation, Representation, Array]
"""What one point of a run leaves behind; the array is the gradient's size, see `Progress`."""


class Trained(NamedTuple):
    """What a run leaves behind.

    Attributes:
      log: the record.
      worst: (P, L) at every point the `bnact.training.watch.worst_share` of every pair; 0 where none
        is checked.
    """

    log: Log
    worst: Array


def run(
    program: Program, task: Task, examples: Examples, cell: Cell, lane: Lane, table: Table, check: bool
) -> Trained:
    """One run: a pure function, to be compiled once for a program and run for every lane.

    Args:
      program: architecture, depth, width and batch size; static.
      task: of the dataset; static.
      examples: the dataset.
      cell: pair, gain, injury and length.
      lane: learning rate and seed. The seed chooses the weights' draws and the data's order, whatever
        the cell, so that runs of equal seed are paired.
      table: the pairs that the program is compiled for; static.
      check: whether every point holds the pairs' gradients against their identities; static.
    """
    init_key, data_key = jax.random.split(jax.random.key(lane.seed))
    sites, (graph, params, state) = _fresh(program, task, cell, table, init_key)
    optimizer = optax.sgd(lane.learning_rate, momentum=MOMENTUM)
    sinks = jnp.zeros(sites, jnp.float32)

    def step(begin: Array, number: Array, progress: Progress) -> Progress:
        picked = batch_indices(data_key, number, len(examples.train.labels), program.batch_size)
        inputs, labels = examples.train.inputs[picked], examples.train.labels[picked]

        def loss(params: PyTree, sinks: Array) -> tuple[Array, Array]:
            parts = Pure(graph, params, state)
            (outputs, sizes), _ = result_and_parts(parts, lambda network: network(inputs, sinks))
            return task.objective.loss(outputs, labels), sizes

        gradients, sizes = jax.grad(loss, argnums=(0, 1), has_aux=True)(progress.params, sinks)
        gradient, squares = gradients
        norm = root_mean_square_gradient(squares, sizes)
        updates, optimizer_state = optimizer.update(gradient, progress.optimizer, progress.params)
        factor = jnp.where(number == 0, cell.injury.first_step, 1.0)
        updates = jax.tree.map(lambda update: update * factor, updates)
        return Progress(
            params=optax.apply_updates(progress.params, updates),
            optimizer=optimizer_state,
            gradient_norm=jnp.where(number == begin, norm, progress.gradient_norm),
        )

    def segment(progress: Progress, ends: tuple[Array, Array]) -> tuple[Progress, Point]:
        begin, end = ends
        now = Pure(graph, progress.params, state)
        at = (begin == 0, begin == cell.steps[-1])
        observed, made = observation_at(*at, now, examples, program.observed, task.objective, check)
        progress = lax.fori_loop(begin, end, partial(step, begin), progress)
        return progress, (observed, made, progress.gradient_norm)

    # One step follows the last point, for its gradient alone: nothing looks at the weights after it.
    ends = jnp.append(cell.steps[1:], cell.steps[-1] + 1)
    start = Progress(params, optimizer.init(params), sinks)
    _, (observations, made, gradient_norm) = lax.scan(segment, start, (cell.steps, ends))
    # In a short run several points fall on one step, and only the last of them has a step behind it.
    last_alike = jnp.searchsorted(cell.steps, cell.steps, side="right") - 1
    log = _log(cell.steps, observations, made, gradient_norm[last_alike])
    return Trained(log, observations.worst)


def _fresh(program: Program, task: Task, cell: Cell, table: Table, key: Array) -> tuple[int, Pure]:
    """How many pairs a new network has, and its parts, injured as the cell says."""

    def prepared(network: SwitchNetwork) -> int:
        injure(network, cell.injury)
        return network.sites

    return result_and_parts(fresh(lambda rngs: _network(program, task, cell, table, rngs), key), prepared)


def _network(program: Program, task: Task, cell: Cell, table: Table, rngs: Any) -> SwitchNetwork:
    size = Size(task.features, task.image_shape, task.outputs, program.width, program.depth)
    design = Design(
        pair=lambda features: SwitchNormAct(features, cell.pair, table),
        kernel_init=normal_with_gain(cell.gain),
    )
    return architecture_of(program.architecture).network(size, design, rngs)


def _log(steps: Array, observations: Observation, made: Representation, gradient_norm: Array) -> Log:
    ends = jnp.array([0, -1])
    is_lost = ~jnp.isfinite(observations.train_loss)
    rest = observations._asdict()
    del rest["worst"]
    return Log(
        step=steps,
        gradient_norm=gradient_norm,
        histogram=rest.pop("histogram")[ends],
        test_accuracy=rest.pop("test_accuracy")[-1],
        diverged=jnp.where(jnp.any(is_lost), steps[jnp.argmax(is_lost)], -1),
        **jax.tree.map(lambda leaf: leaf[ends], made)._asdict(),
        **rest,
    )
