"""The lanes of one device as a batch, or one after another: what the rule of `bnact.distributed` is made of.

python -m benchmarks.vmap_or_map [width ...]

A training step (depth 8, batch 64, batch norm and relu, digits; no log) of one lane on one device, in
microseconds: in turn (`lax.map`), and as a batch of 4 and 16 lanes (`vmap`). The rule,
`bnact.distributed.arrangement.CPU_RULES`, is what is fastest, compilation in; the last column is its choice.
"""

import dataclasses
import statistics
import sys

import jax

from benchmarks.bare_training import bare_run
from benchmarks.timing import seconds_of
from bnact import data
from bnact.distributed import arrangement_of, first_of, function_of_lanes, population_mesh
from bnact.fused import index_of, table_of
from bnact.training import Setting, cell_data, examples, stacked_lanes

WIDTHS = (4, 8, 16, 32, 64)
CANDIDATES = (("map", 1), ("vmap", 4), ("vmap", 16))
STEPS, ROUNDS = 50, 7
TABLE = table_of(("relu",))


def timed(width: int, way: str, lanes: int):
    """A call of the compiled program."""
    setting = Setting(width=width, steps=STEPS)
    dataset = data.load(setting.data)
    shared = (examples(dataset), cell_data(setting, index_of("relu", "batch", "before", TABLE)))
    given = stacked_lanes([dataclasses.replace(setting, seed=seed) for seed in range(lanes)])
    mesh = first_of(population_mesh(), 1)
    run = function_of_lanes(bare_run(setting, dataset, TABLE), mesh, way)
    program = jax.jit(run).lower(shared, given).compile()
    jax.block_until_ready(program(shared, given))
    return lambda: jax.block_until_ready(program(shared, given))


def main(widths: list[int]) -> None:
    """Prints a row for every width."""
    platform = jax.devices()[0].platform
    print(
        f"microseconds of a step of one lane, medians of {ROUNDS} rounds; jax {jax.__version__}, {platform}"
    )
    print(f"  {'width':>6}" + "".join(f"{f'{way} {lanes}':>20}" for way, lanes in CANDIDATES) + "   rule")
    for width in widths or WIDTHS:
        seconds = seconds_of({f"{way} {n}": timed(width, way, n) for way, n in CANDIDATES}, ROUNDS)
        cells = []
        for (_, lanes), values in zip(CANDIDATES, seconds.values(), strict=True):
            micro = sorted(1e6 * value / lanes / STEPS for value in values)
            cells.append(f"{statistics.median(micro):.0f} ({micro[0]:.0f} to {micro[-1]:.0f})")
        rule = arrangement_of(256, 1, platform, width, images=False)
        shown = "".join(f"{cell:>20}" for cell in cells)
        print(f"  {width:>6}{shown}   {rule.way} {rule.at_once}", flush=True)


if __name__ == "__main__":
    main([int(width) for width in sys.argv[1:]])
