"""An MLP's loop over its layers, unrolled: what it costs to compile, and what it saves in a step.

python -m benchmarks.unrolled [width ...]

Many runs at once as in `benchmarks.population`: depth 8, batch 64, batch norm before ReLU, the digits, a
device on every core. For 1, 2, 4 and 8 layers in a round of the loop, the last being no loop: seconds of
tracing and compiling, microseconds of the clock a step takes on each of the busy devices, and the temporary
arrays of the program.
"""

import statistics
import sys
import time
from typing import NamedTuple

import jax

from benchmarks.arranged import Called, arranged_program, calling, laid_out, shared_data
from benchmarks.bare_training import user_run
from benchmarks.timing import begin, warm_seconds_of
from bnact import data
from bnact.distributed import use_every_core
from bnact.fused import index_of, table_of
from bnact.training import Setting

WIDTHS, UNROLLS = (16, 64, 256), (1, 2, 4, 8)
STEPS, ROUNDS, RUNS = 50, 7, 16
TABLE = table_of(("relu",))


class Prepared(NamedTuple):
    """What trains runs, and what it took.

    Attributes:
      run: trains them.
      runs: how many on each device.
      compiling: seconds of tracing and compiling, twice.
      temporary: kibibytes of temporary arrays on each device.
    """

    run: Called
    runs: float
    compiling: list[float]
    temporary: float


def prepared(width: int, unroll: int) -> Prepared:
    """The program of a network with so many layers in a round."""
    setting = Setting(width=width, depth=8, batch_size=64, steps=STEPS)
    dataset = data.load(setting.data)
    shared = shared_data(setting, dataset, index_of("relu", "batch", "before", TABLE))
    layout, blocks = laid_out(setting, RUNS)
    seconds = []
    for _ in range(2):
        jax.clear_caches()
        start = time.perf_counter()
        program = arranged_program(user_run(setting, dataset, unroll), shared, blocks[0], layout)
        seconds.append(time.perf_counter() - start)
    return Prepared(
        calling(program, shared, blocks),
        len(blocks) * layout.block / layout.devices,
        seconds,
        program.memory_analysis().temp_size_in_bytes / 1024,
    )


def main(widths: list[int]) -> None:
    """Prints a row for every width and number of layers in a round."""
    begin()
    use_every_core()
    prepared(8, 1)  # the first compilation in a process pays for what is loaded then
    print(f"  {'width':>6}{'unroll':>8}{'compiling':>24}{'a step':>32}   beside a loop{'temporary':>12}")
    for width in widths or WIDTHS:
        made = {unroll: prepared(width, unroll) for unroll in UNROLLS}
        seconds = warm_seconds_of({str(unroll): each.run for unroll, each in made.items()}, ROUNDS)
        micro = {
            unroll: [1e6 * value / STEPS / each.runs for value in seconds[str(unroll)]]
            for unroll, each in made.items()
        }
        for unroll, values in micro.items():
            beside = statistics.median(one / loop for one, loop in zip(values, micro[1], strict=True))
            spread = f"{statistics.median(values):.0f} ({min(values):.0f} to {max(values):.0f}) us"
            compiling = f"{min(made[unroll].compiling):.2f} to {max(made[unroll].compiling):.2f} s"
            size = f"{made[unroll].temporary:.0f} KiB"
            print(f"  {width:>6}{unroll:>8}{compiling:>24}{spread:>32}{beside:>16.2f}{size:>12}", flush=True)


if __name__ == "__main__":
    main([int(width) for width in sys.argv[1:]])
