"""What a run's log costs: training with it, beside the same training that looks at nothing.

python -m benchmarks.logging_cost
"""

import jax

from benchmarks.bare_training import bare_run
from benchmarks.timing import ratio, report, seconds_of
from bnact import data
from bnact.distributed import function_of_lanes, population_mesh, use_every_core
from bnact.fused import index_of, table_of
from bnact.training import Setting, cell_data, compiled_program, examples, stacked_lanes

DEPTHS = (2, 8, 16)
LANES = 40
TABLE = table_of(("relu", "sigmoid", "tanh", "gelu"))
LOGGED, BARE = "with its log", "bare"


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
            jax.jit(function_of_lanes(bare_run(setting, dataset, TABLE), population_mesh())),
        )
        jax.block_until_ready(bare(shared, lanes))

        def timed(program, shared=shared, lanes=lanes):
            return lambda: jax.block_until_ready(program(shared, lanes))

        seconds = seconds_of({LOGGED: timed(logged), BARE: timed(bare)}, rounds=5)
        report(f"{LANES} runs of {setting.steps} steps, depth {depth}, width {setting.width}", seconds)
        ratio(seconds, LOGGED, BARE, "promised: at most 1.10")


if __name__ == "__main__":
    main()
