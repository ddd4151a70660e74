"""One run as one pure function: a fresh network, trained, and looked at on the way."""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax
from jax import lax

from bnact.data import batch_indices
from bnact.fused import Index, Table
from bnact.nn import Pure, SwitchMLP, fresh, result_and_parts
from bnact.probes import root_mean_square_gradient
from bnact.types import Array, PyTree

from .examples import Examples
from .injury import Injury, injure
from .log import Log
from .objective import cross_entropy
from .observation import Observation, observation_at
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


class Progress(NamedTuple):
    """What training carries from step to step.

    Attributes:
      params: the parameters.
      optimizer: the optimizer's state.
      gradient_norm: (depth,) the `gradient_norm` of a `Log`, as the latest point's first step saw it.
    """

    params: PyTree
    optimizer: PyTree
    gradient_norm: Array


class Trained(NamedTuple):
    """What a run leaves behind.

    Attributes:
      log: the record.
      worst: (P, L) at every point the `bnact.training.watch.worst_share` of every hidden layer; 0 where none
        is checked.
    """

    log: Log
    worst: Array


def run(
    program: Program, classes: int, examples: Examples, cell: Cell, lane: Lane, table: Table, check: bool
) -> Trained:
    """One run: a pure function, to be compiled once for a program and run for every lane.

    Args:
      program: depth, width and batch size; static.
      classes: of the dataset; static.
      examples: the dataset.
      cell: pair, gain, injury and length.
      lane: learning rate and seed. The seed chooses the weights' draws and the data's order, whatever
        the cell, so that runs of equal seed are paired.
      table: the pairs that the program is compiled for; static.
      check: whether every point holds the pairs' gradients against their identities; static.
    """
    init_key, data_key = jax.random.split(jax.random.key(lane.seed))
    graph, params, state = _fresh(program, classes, examples.train.inputs.shape[-1], cell, table, init_key)
    optimizer = optax.sgd(lane.learning_rate, momentum=MOMENTUM)
    sinks = jnp.zeros(program.depth, jnp.float32)

    def step(begin: Array, number: Array, progress: Progress) -> Progress:
        picked = batch_indices(data_key, number, len(examples.train.labels), program.batch_size)
        inputs, labels = examples.train.inputs[picked], examples.train.labels[picked]

        def loss(params: PyTree, sinks: Array) -> Array:
            logits, _ = result_and_parts(Pure(graph, params, state), lambda network: network(inputs, sinks))
            return cross_entropy(logits, labels)

        gradient, squares = jax.grad(loss, argnums=(0, 1))(progress.params, sinks)
        norm = root_mean_square_gradient(squares, program.batch_size * program.width)
        updates, optimizer_state = optimizer.update(gradient, progress.optimizer, progress.params)
        factor = jnp.where(number == 0, cell.injury.first_step, 1.0)
        updates = jax.tree.map(lambda update: update * factor, updates)
        return Progress(
            params=optax.apply_updates(progress.params, updates),
            optimizer=optimizer_state,
            gradient_norm=jnp.where(number == begin, norm, progress.gradient_norm),
        )

    def segment(progress: Progress, ends: tuple[Array, Array]) -> tuple[Progress, tuple[Observation, Array]]:
        begin, end = ends
        now = Pure(graph, progress.params, state)
        observed = observation_at(begin == cell.steps[-1], now, examples, program.observed, check)
        progress = lax.fori_loop(begin, end, partial(step, begin), progress)
        return progress, (observed, progress.gradient_norm)

    # One step follows the last point, for its gradient alone: nothing looks at the weights after it.
    ends = jnp.append(cell.steps[1:], cell.steps[-1] + 1)
    start = Progress(params, optimizer.init(params), sinks)
    _, (observations, gradient_norm) = lax.scan(segment, start, (cell.steps, ends))
    # In a short run several points fall on one step, and only the last of them has a step behind it.
    last_alike = jnp.searchsorted(cell.steps, cell.steps, side="right") - 1
    return Trained(_log(cell.steps, observations, gradient_norm[last_alike]), observations.worst)


def _fresh(program: Program, classes: int, features: int, cell: Cell, table: Table, key: Array) -> Pure:
    """The parts of a new network, injured as the cell says."""
    parts = fresh(
        lambda rngs: SwitchMLP(
            features,
            classes,
            width=program.width,
            depth=program.depth,
            index=cell.pair,
            gain=cell.gain,
            table=table,
            rngs=rngs,
        ),
        key,
    )
    return result_and_parts(parts, lambda network: injure(network, cell.injury))[1]


def _log(steps: Array, observations: Observation, gradient_norm: Array) -> Log:
    is_lost = ~jnp.isfinite(observations.train_loss)
    rest = observations._asdict()
    del rest["worst"]
    return Log(
        step=steps,
        gradient_norm=gradient_norm,
        histogram=rest.pop("histogram")[jnp.array([0, -1])],
        test_accuracy=rest.pop("test_accuracy")[-1],
        diverged=jnp.where(jnp.any(is_lost), steps[jnp.argmax(is_lost)], -1),
        **rest,
    )
