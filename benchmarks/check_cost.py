"""What watching the identities costs: training with `--check`, beside the same training without.

python -m benchmarks.check_cost
"""

import jax

from benchmarks.timing import ratio, report, seconds_of
from bnact import data
from bnact.distributed import use_every_core
from bnact.fused import index_of, table_of
from bnact.training import Setting, cell_data, compiled_program, examples, stacked_lanes

LANES = 40
TABLE = table_of(("relu", "sigmoid", "tanh", "gelu"))
CHECKED, UNCHECKED = "with --check", "without"
SETTINGS = {"sweep": Setting(), "founding study": Setting(observed=2048)}


def main() -> None:
    """Runs both in turn, in the default setting of a sweep and in that of the founding study."""
    use_every_core()
    dataset = data.load("digits")
    for name, setting in SETTINGS.items():
        index = index_of(setting.activation, setting.norm, setting.order, TABLE)
        given = (examples(dataset), cell_data(setting, index)), stacked_lanes([setting] * LANES)

        def timed(check, program=setting.program, given=given):
            compiled = compiled_program(program, dataset, LANES, TABLE, check)
            return lambda: jax.block_until_ready(compiled(*given))

        seconds = seconds_of({CHECKED: timed(True), UNCHECKED: timed(False)}, rounds=5)
        report(f"{name}: {LANES} runs of {setting.steps} steps, depth {setting.depth}", seconds)
        ratio(seconds, CHECKED, UNCHECKED, "no promise, a stated cost")


if __name__ == "__main__":
    main()
