"""An MLP's loop over its layers, unrolled: what it costs to compile, and what it saves in a step.

python -m benchmarks.unrolled [width ...]

Many runs at once as in `benchmarks.population`: depth 8, batch 64, batch norm before ReLU, the digits, a
device on every core. For 1, 2, 4 and 8 layers in a round of the loop, the last being no loop: seconds of
tracing and compiling, and microseconds of the clock a step takes on each of the busy devices.
"""

import statistics
import sys
import time

import jax

from benchmarks.arranged import arranged_program, blocks_of, calling, shared_data
from benchmarks.bare_training import user_run
from benchmarks.timing import begin, warm_seconds_of
from bnact import data
from bnact.distributed import use_every_core
from bnact.fused import index_of, table_of
from bnact.training import Setting, arrangement_for

WIDTHS, UNROLLS = (16, 64, 256), (1, 2, 4, 8)
STEPS, ROUNDS, RUNS = 50, 7, 16
TABLE = table_of(("relu",))


def prepared(width: int, unroll: int):
    """What trains the runs, how many they are on each device, and the seconds of its compilation."""
    setting = Setting(width=width, depth=8, batch_size=64, steps=STEPS)
    dataset = data.load(setting.data)
    shared = shared_data(setting, dataset, index_of("relu", "batch", "before", TABLE))
    layout = arrangement_for(setting.program, RUNS)
    blocks = blocks_of(setting, layout, layout.calls(RUNS))
    jax.clear_caches()
    start = time.perf_counter()
    program = arranged_program(user_run(setting, dataset, unroll), shared, blocks[0], layout)
    seconds = time.perf_counter() - start
    return calling(program, shared, blocks), len(blocks) * layout.block / layout.devices, seconds


def main(widths: list[int]) -> None:
    """Prints a row for every width and number of layers in a round."""
    begin()
    use_every_core()
    prepared(8, 1)  # the first compilation in a process pays for what is loaded then
    print(f"  {'width':>6}{'unroll':>8}{'compiling':>12}{'a step':>32}   beside a loop")
    for width in widths or WIDTHS:
        made = {unroll: prepared(width, unroll) for unroll in UNROLLS}
        runs = {str(unroll): run for unroll, (run, _, _) in made.items()}
        micro = {
            int(name): [1e6 * value / STEPS / made[int(name)][1] for value in values]
            for name, values in warm_seconds_of(runs, ROUNDS).items()
        }
        for unroll, values in micro.items():
            beside = statistics.median(one / loop for one, loop in zip(values, micro[1], strict=True))
            spread = f"{statistics.median(values):.0f} ({min(values):.0f} to {max(values):.0f}) us"
            print(f"  {width:>6}{unroll:>8}{made[unroll][2]:>10.2f} s{spread:>32}{beside:>10.2f}", flush=True)


if __name__ == "__main__":
    main([int(width) for width in sys.argv[1:]])
