"""What a run's log costs: training with it, beside the same training that looks at nothing.

python -m benchmarks.logging_cost
"""

import jax
import jax.numpy as jnp
import optax
from jax import lax

from benchmarks.timing import ratio, report, seconds_of
from bnact import data
from bnact.data import batch_indices
from bnact.distributed import function_of_lanes, population_mesh, use_every_core
from bnact.fused import Table, index_of, table_of
from bnact.nn import Design, Pure, SwitchNormAct, fresh, normal_with_gain, result_and_parts
from bnact.training import Setting, cell_data, compiled_program, examples, stacked_lanes
from bnact.training.architectures import Size, architecture_of
from bnact.training.objective import cross_entropy
from bnact.training.run import MOMENTUM

DEPTHS = (2, 8, 16)
LANES = 40
TABLE = table_of(("relu", "sigmoid", "tanh", "gelu"))
LOGGED, BARE = "with its log", "bare"


def bare_run(setting: Setting, dataset: data.Dataset, table: Table):
    """`bnact.training.run` less everything that only looks: no sinks, no observations, no log."""

    def run(shared, lane):
        given, cell = shared
        init_key, data_key = jax.random.split(jax.random.key(lane.seed))
        parts = fresh(
            lambda rngs: architecture_of(setting.architecture).network(
                Size(dataset.features, None, dataset.outputs, setting.width, setting.depth),
                Design(lambda units: SwitchNormAct(units, cell.pair, table), normal_with_gain(cell.gain)),
                rngs,
            ),
            init_key,
        )
        optimizer = optax.sgd(lane.learning_rate, momentum=MOMENTUM)
        no_sinks = jnp.zeros(setting.depth)

        def step(number, progress):
            params, state = progress
            picked = batch_indices(data_key, number, len(given.train.labels), setting.batch_size)

            def loss(params):
                now = Pure(parts.graph, params, parts.state)
                (logits, _), _ = result_and_parts(
                    now, lambda network: network(given.train.inputs[picked], no_sinks)
                )
                return cross_entropy(logits, given.train.labels[picked])

            updates, state = optimizer.update(jax.grad(loss)(params), state, params)
            return optax.apply_updates(params, updates), state

        start = (parts.params, optimizer.init(parts.params))
        params, _ = lax.fori_loop(0, cell.steps[-1], step, start)
        return params

    return jax.jit(function_of_lanes(run, population_mesh()))


def main() -> None:
    """Runs both in turn at every depth of the founding study."""
    use_every_core()
    dataset = data.load("digits")
    for depth in DEPTHS:
        setting = Setting(depth=depth)
        index = index_of(setting.activation, setting.norm, setting.order, TABLE)
        shared, lanes = (examples(dataset), cell_data(setting, index)), stacked_lanes([setting] * LANES)
        logged, bare = (
            compiled_program(setting.program, dataset, LANES, TABLE),
            bare_run(setting, dataset, TABLE),
        )
        jax.block_until_ready(bare(shared, lanes))

        def timed(program, shared=shared, lanes=lanes):
            return lambda: jax.block_until_ready(program(shared, lanes))

        seconds = seconds_of({LOGGED: timed(logged), BARE: timed(bare)}, rounds=5)
        report(f"{LANES} runs of {setting.steps} steps, depth {depth}, width {setting.width}", seconds)
        ratio(seconds, LOGGED, BARE, "promised: at most 1.10")


if __name__ == "__main__":
    main()
