"""Compiling the founding grid beside compiling its single largest cell.

Run it with `python -m benchmarks.compile_grid`.

The grid (twelve activations, none, batch, layer and rms norm, both orders, depths 2, 8 and 16) takes one
program a depth. It is set beside two readings of "its single largest cell", depth 16 with batch norm before
ReLU: as a study compiles it, with every pair as data, and as a program of that one pair, which can compute
nothing else. The run time of that cell in both programs is printed too. More norms and activations at one
depth: `benchmarks.full_grid`.
"""

import jax

from benchmarks.arranged import calling, laid_out, shared_data, study_program
from benchmarks.timing import begin, compare, report, seconds_of, warm_seconds_of
from bnact import data, fused
from bnact.activations import ACTIVATIONS
from bnact.distributed import use_every_core
from bnact.fused import NOTHING, Table, index_of, table_of
from bnact.normalizations import STANDARDIZATIONS
from bnact.training import Setting, compiled_program

DEPTHS = (2, 8, 16)
RUNS = 40
TWELVE = (
    *("identity", "relu", "leaky_relu", "elu", "selu", "softplus"),
    *("sigmoid", "tanh", "gelu", "silu", "mish", "soft_sign"),
)
TABLE = table_of(TWELVE)
ALONE = Table((STANDARDIZATIONS["batch"],), (ACTIVATIONS["relu"],), (NOTHING,))
GRID, CELL, CELL_ALONE = "the grid", "its largest cell", "its largest cell, a program of its own"


def main() -> None:
    """Compiles the three in turn, then runs the cell in both programs in turn."""
    begin()
    use_every_core()
    dataset = data.load("digits")

    def compile_all(depths: tuple[int, ...], table: fused.Table) -> None:
        jax.clear_caches()
        compiled_program.cache_clear()
        for depth in depths:
            study_program(Setting(depth=depth), dataset, table, RUNS)

    compile_all(DEPTHS[-1:], ALONE)  # the first compilation in a process pays for what is loaded then
    seconds = seconds_of(
        {
            GRID: lambda: compile_all(DEPTHS, TABLE),
            CELL: lambda: compile_all(DEPTHS[-1:], TABLE),
            CELL_ALONE: lambda: compile_all(DEPTHS[-1:], ALONE),
        },
        rounds=2,
    )
    report("Tracing and compiling", seconds)
    compare(seconds, GRID, CELL, "no promise, a stated cost")
    compare(seconds, GRID, CELL_ALONE, "the same, read more strictly")
    run_both(dataset)


def run_both(dataset: data.Dataset) -> None:
    """Runs the largest cell in the program of all pairs and in its own."""
    setting = Setting(depth=DEPTHS[-1])
    layout, blocks = laid_out(setting, RUNS)

    def runner(table: fused.Table):
        index = index_of(setting.activation, setting.norm, setting.order, table)
        program = study_program(setting, dataset, table, RUNS)
        return calling(program, shared_data(setting, dataset, index), blocks)

    runs = {CELL: runner(TABLE), CELL_ALONE: runner(ALONE)}
    seconds = warm_seconds_of(runs, rounds=5)
    report(f"Running it: {len(blocks) * layout.block} runs of {setting.steps} steps", seconds)
    compare(seconds, CELL, CELL_ALONE, "no promise, a stated cost")


if __name__ == "__main__":
    main()
