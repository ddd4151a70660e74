"""45 activations x 10 norms x 2 orders in one program, beside single cells compiled alone.

Run it with `python -m benchmarks.full_grid`.

Depth 8, width 64, digits. Of a handful of cells each is compiled twice, in a program that can compute nothing
else; the slowest of them is then compiled in turn with the program of the whole grid. Then some cells run in
turn in that program, in their own, which has no branches, and in the smallest that a study compiles, which
has branches for the four norms of every table and for two or three activations. The promise is over the
faster of those two. Seconds of the processor stand beside those of the clock, as compiling uses several
threads.
"""

import statistics
import time

import jax

from benchmarks.arranged import calling, laid_out, shared_data, study_program
from benchmarks.timing import begin, compare, report, seconds_of, warm_seconds_of
from bnact import data
from bnact.activations import ACTIVATIONS
from bnact.distributed import use_every_core
from bnact.fused import NORMS, NOTHING, Table, index_of, table_of
from bnact.training import Setting, compiled_program

RUNS = 40
FORTY_FIVE = tuple(ACTIVATIONS)[:45]
TEN = (
    *("none", "batch", "power", "mean_only_batch", "ghost_batch"),
    *("layer", "rms", "group", "scale", "dynamic_tanh"),
)
TABLE = table_of(FORTY_FIVE, TEN)
CANDIDATES = (
    Setting(norm="group", activation="gelu_tanh"),
    Setting(norm="group", activation="mish", order="after"),
    Setting(norm="ghost_batch", activation="gelu_tanh", order="after"),
    Setting(norm="layer", activation="gelu"),
)
RUN = (
    Setting(norm="batch", activation="relu"),
    Setting(norm="layer", activation="gelu", order="after"),
    Setting(norm="group", activation="tanh"),
)
GRID, IN_GRID = "the grid", "in the grid's program"
ALONE, SMALLEST = "in a program of its own", "in the smallest of a study"


def main() -> None:
    """Compiles candidates, then the slowest and the grid in turn; then runs cells in it and by themselves."""
    begin()
    use_every_core()
    dataset = data.load("digits")
    compiled(dataset, table_alone(CANDIDATES[-1]))  # the first in a process pays for what is loaded then
    single = seconds_of(
        {name_of(cell): lambda cell=cell: compiled(dataset, table_alone(cell)) for cell in CANDIDATES},
        rounds=2,
    )
    report("Tracing and compiling a cell alone", single)
    slowest = max(CANDIDATES, key=lambda cell: statistics.median(single[name_of(cell)]))
    name = f"its slowest cell, {name_of(slowest)}"
    tables = {GRID: TABLE, name: table_alone(slowest)}
    of_processor: dict[str, list[float]] = {key: [] for key in tables}

    def compile_one(key: str) -> None:
        start = time.process_time()
        compiled(dataset, tables[key])
        of_processor[key].append(time.process_time() - start)

    seconds = seconds_of({key: lambda key=key: compile_one(key) for key in tables}, rounds=2)
    report("Tracing and compiling", seconds)
    compare(seconds, GRID, name, "promised: at most 3")
    compare(of_processor, GRID, name, "the same in seconds of the processor")
    program = compiled(dataset, TABLE)
    for cell in RUN:
        run_both(dataset, cell, program)


def run_both(dataset: data.Dataset, cell: Setting, of_grid) -> None:
    """Runs a cell in the program of the grid and in two for it alone."""
    layout, blocks = laid_out(cell, RUNS)

    def runner(table: Table, program=None):
        index = index_of(cell.activation, cell.norm, cell.order, table)
        return calling(program or compiled(dataset, table), shared_data(cell, dataset, index), blocks)

    smallest = table_of((cell.activation,), (cell.norm,))
    runs = {IN_GRID: runner(TABLE, of_grid), ALONE: runner(table_alone(cell)), SMALLEST: runner(smallest)}
    seconds = warm_seconds_of(runs, rounds=5)
    report(f"Running {name_of(cell)}: {len(blocks) * layout.block} runs of {cell.steps} steps", seconds)
    faster = min((ALONE, SMALLEST), key=lambda name: statistics.median(seconds[name]))
    for name in (ALONE, SMALLEST):
        compare(
            seconds, IN_GRID, name, "promised: at most 1.05" if name == faster else "the slower of the two"
        )
        least = min(seconds[IN_GRID]) / min(seconds[name])
        middle = statistics.median(a / b for a, b in zip(seconds[IN_GRID], seconds[name], strict=True))
        print(f"    least over least: {least:.2f}; median of the ratios within a round: {middle:.2f}")


def compiled(dataset: data.Dataset, table: Table):
    """The program of a table, traced and compiled anew."""
    jax.clear_caches()
    compiled_program.cache_clear()
    return study_program(CANDIDATES[0], dataset, table, RUNS)


def table_alone(cell: Setting) -> Table:
    """The table of one pair."""
    norm, activation = NORMS[cell.norm], ACTIVATIONS[cell.activation]
    first, second = (norm, NOTHING) if cell.order == "before" else (NOTHING, norm)
    return Table((first,), (activation,), (second,))


def name_of(cell: Setting) -> str:
    """The cell in words."""
    return f"{cell.norm} norm {cell.order} {cell.activation}"


if __name__ == "__main__":
    main()
