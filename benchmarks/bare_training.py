"""Training that looks at nothing, for benchmarks of steps: the same optimizer, data and draws of batches."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import optax
from flax import nnx
from jax import lax

from bnact.data import Dataset, batch_indices
from bnact.fused import Table
from bnact.nn import MLP, Design, Pure, SwitchNormAct, fresh, normal_with_gain, result_and_parts
from bnact.training import Setting
from bnact.training.architectures import Size, architecture_of
from bnact.training.objective import cross_entropy
from bnact.training.run import MOMENTUM


def bare_run(setting: Setting, dataset: Dataset, table: Table) -> Callable:
    """The function (shared, lane) -> trained parameters: `bnact.training.run` less its log and sinks."""

    def run(shared, lane):
        given, cell = shared
        init_key, data_key = jax.random.split(jax.random.key(lane.seed))
        parts = fresh(
            lambda rngs: architecture_of(setting.architecture).network(
                Size(dataset.features, dataset.image_shape, dataset.outputs, setting.width, setting.depth),
                Design(lambda units: SwitchNormAct(units, cell.pair, table), normal_with_gain(cell.gain)),
                rngs,
            ),
            init_key,
        )
        optimizer = optax.sgd(lane.learning_rate, momentum=MOMENTUM)

        def step(number, progress):
            params, state = progress
            picked = batch_indices(data_key, number, len(given.train.labels), setting.batch_size)

            def loss(params):
                now = Pure(parts.graph, params, parts.state)
                (logits, _), _ = result_and_parts(
                    now, lambda network: network(given.train.inputs[picked], jnp.zeros(network.sites))
                )
                return cross_entropy(logits, given.train.labels[picked])

            updates, state = optimizer.update(jax.grad(loss)(params), state, params)
            return optax.apply_updates(params, updates), state

        start = (parts.params, optimizer.init(parts.params))
        params, _ = lax.fori_loop(0, cell.steps[-1], step, start)
        return params

    return run


def user_run(setting: Setting, dataset: Dataset, unroll: int) -> Callable:
    """The function (shared, lane) -> parameters, running averages, mean loss: what a user's loop computes.

    `bnact.nn.MLP` with that `unroll`, whose batch norms update their running averages in every step; every
    step's loss is kept.
    """

    def network(rngs: nnx.Rngs) -> MLP:
        sizes = {"width": setting.width, "depth": setting.depth, "unroll": unroll}
        return MLP(dataset.features, dataset.outputs, **sizes, rngs=rngs)

    def run(shared, lane):
        given, cell = shared
        init_key, data_key = jax.random.split(jax.random.key(lane.seed))
        graph, params, averages = fresh(network, init_key)
        optimizer = optax.sgd(lane.learning_rate, momentum=MOMENTUM)

        def step(number, progress):
            params, averages, state, total = progress
            picked = batch_indices(data_key, number, len(given.train.labels), setting.batch_size)

            def loss(params):
                logits, after = result_and_parts(
                    Pure(graph, params, averages), lambda network: network(given.train.inputs[picked])
                )
                return cross_entropy(logits, given.train.labels[picked]), after.state

            (value, averages), gradient = jax.value_and_grad(loss, has_aux=True)(params)
            updates, state = optimizer.update(gradient, state, params)
            return optax.apply_updates(params, updates), averages, state, total + value

        start = (params, averages, optimizer.init(params), jnp.zeros(()))
        params, averages, _, total = lax.fori_loop(0, cell.steps[-1], step, start)
        return params, averages, total / cell.steps[-1].astype(total.dtype)

    return run
