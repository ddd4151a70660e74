"""The lanes of one device as a batch, or one after another: what the rule of `bnact.distributed` is made of.

python -m benchmarks.vmap_or_map [width ...]

A training step (depth 8, batch 64, batch norm and relu, digits; no log) of one lane on one device, in
microseconds of the clock: in turn (`lax.map`), and as a batch of 4 and 16 lanes (`vmap`). As in a study there
is a device for every core, and all of them are busy with lanes of their own. The last column is what
`bnact.distributed.arrangement.CPU_RULES` choose; compilation, which they also weigh, is not timed here.
"""

import statistics
import sys

import jax

from benchmarks.arranged import arranged_program, blocks_of, calling, shared_data
from benchmarks.bare_training import bare_run
from benchmarks.timing import begin, warm_seconds_of
from bnact import data
from bnact.distributed import Arrangement, arrangement_of, use_every_core
from bnact.distributed.arrangement import Way
from bnact.fused import index_of, table_of
from bnact.training import Setting

WIDTHS = (4, 8, 16, 32, 64)
CANDIDATES: tuple[tuple[Way, int], ...] = (("map", 1), ("vmap", 4), ("vmap", 16))
STEPS, ROUNDS, LANES = 50, 7, 16
"""Lanes that every device trains in a round, whatever the size of a call."""
TABLE = table_of(("relu",))


def timed(width: int, way: Way, at_once: int):
    """Trains the lanes on all devices."""
    setting = Setting(width=width, steps=STEPS)
    dataset = data.load(setting.data)
    shared = shared_data(setting, dataset, index_of("relu", "batch", "before", TABLE))
    layout = Arrangement(jax.local_device_count(), at_once, way)
    blocks = blocks_of(setting, layout, LANES // at_once)
    run = bare_run(setting, dataset, TABLE)
    return calling(arranged_program(run, shared, blocks[0], layout), shared, blocks)


def main(widths: list[int]) -> None:
    """Prints a row for every width."""
    begin()
    use_every_core()
    platform, devices = jax.devices()[0].platform, jax.local_device_count()
    print(f"microseconds of a lane's step on one of {devices} busy devices, {platform}; {ROUNDS} rounds")
    print(f"  {'width':>6}" + "".join(f"{f'{way} {lanes}':>20}" for way, lanes in CANDIDATES) + "   rule")
    for width in widths or WIDTHS:
        runs = {f"{way} {at_once}": timed(width, way, at_once) for way, at_once in CANDIDATES}
        cells = []
        for values in warm_seconds_of(runs, ROUNDS).values():
            micro = sorted(1e6 * value / LANES / STEPS for value in values)
            cells.append(f"{statistics.median(micro):.0f} ({micro[0]:.0f} to {micro[-1]:.0f})")
        rule = arrangement_of(256, devices, platform, width, images=False)
        shown = "".join(f"{cell:>20}" for cell in cells)
        print(f"  {width:>6}{shown}   {rule.way} {rule.at_once}", flush=True)


if __name__ == "__main__":
    main([int(width) for width in sys.argv[1:]])
