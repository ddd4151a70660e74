"""A population of 256 runs of 300 steps, beside the usual loops that train one run at a time.

python -m benchmarks.population [width ...]

Widths 16, 64 and 256; depth 8, batch 64, batch norm before ReLU, an MLP on the digits, SGD with momentum.
  bnact: what the loops do, of `bnact.nn.MLP` without a loop over its layers (`unroll`): running averages and
    a loss in every step, no log; many runs at once, laid out and called as in `train_population`.
  bnact, a study: the program of a study itself. It keeps no running averages, and a log instead; its layers
    are a loop, as the code of many pairs is in each.
  nnx loop: flax's layers, `nnx.jit`; and the same with the accurate variance, which ours always has.
  torch: eager, and under torch.compile, where torch can be imported.
  products alone, the roof: the matrix products of a step, and nothing else.

Each side is a process of its own that may use all cores. They are prepared one after another, imports, data
and models before the clock, and then take turns. In a turn ours train some of the runs, and a loop makes a
hundred steps of one run; the seconds of the workload follow from that. With compilation: added once, which is
the first call less the second.
"""

import importlib.util
import statistics
import sys

from benchmarks.population_sides import (
    ACCURATE,
    BATCH,
    COMPILED,
    DEPTH,
    EAGER,
    NNX,
    OURS,
    ROOF,
    RUNS,
    SIDES,
    STEPS,
    STUDY,
)
from benchmarks.timing import Seconds, begin, ratio, seconds_of
from benchmarks.workers import Worker, all_ended

WIDTHS, ROUNDS = (16, 64, 256), 5
PROMISED_NNX = {16: 50.0, 64: 8.0, 256: 2.5}
PROMISED_TORCH = {16: 20.0, 64: 5.0, 256: 1.5}
ROOF_PROMISED = 0.85


def sides() -> list[str]:
    """The sides that can be measured here."""
    has_torch = importlib.util.find_spec("torch") is not None
    return [side for side in SIDES if has_torch or side not in (EAGER, COMPILED)]


def measured(width: int) -> tuple[dict[str, list[float]], dict[str, float]]:
    """Seconds of the workload as every round has it, and seconds of compilation, of every side."""
    workers: dict[str, Worker] = {}
    said: dict[str, list[str]] = {}
    with all_ended(workers):
        for side in sides():
            workers[side] = Worker("benchmarks.population_sides", f"asked({side!r}, {width})")
            said[side] = workers[side].said().split()  # waits: nobody else computes meanwhile
            if not said[side]:
                print(f"  {side}: does not work here")
        working = {side: worker for side, worker in workers.items() if said[side]}
        turns = seconds_of(working, ROUNDS)
    workload = {side: [float(said[side][1]) * each for each in values] for side, values in turns.items()}
    return workload, {side: float(said[side][0]) for side in working}


def compare(width: int) -> None:
    """Prints the workload's seconds of all sides, and the ratios promised."""
    workload, compilation = measured(width)
    print(f"width {width}: seconds of the workload, steps a second, compilation and both together")
    for side, values in workload.items():
        middle = statistics.median(values)
        print(
            f"  {side:15}{middle:9.2f} s ({min(values):.2f} to {max(values):.2f})"
            f"{RUNS * STEPS / middle:12,.0f}{compilation[side]:8.2f} s{middle + compilation[side]:9.2f} s",
            flush=True,
        )
    whole = {side: [each + compilation[side] for each in values] for side, values in workload.items()}
    for own in (OURS, STUDY):
        against(own, whole, workload, width)


def against(own: str, whole: Seconds, workload: Seconds, width: int) -> None:
    """Prints how many times as long the others take as one side of ours."""
    promises = {NNX: PROMISED_NNX, EAGER: PROMISED_TORCH, COMPILED: PROMISED_TORCH}
    for other in (NNX, ACCURATE, EAGER, COMPILED):
        if other in whole:
            promise = promises.get(other, {}).get(width)
            said = "no promise" if promise is None else f"promised: at least {promise:g}"
            print(f"  {other} / {own}: with compilation {shown(whole, other, own)}, {said}; "
                  f"without {shown(workload, other, own)}")  # fmt: skip
    said = f"promised: at least {ROOF_PROMISED:.0%}" if width == 256 else "no promise"
    print(f"  {own}, share of the roof: {shown(workload, ROOF, own)}; {said}", flush=True)


def shown(seconds: Seconds, numerator: str, denominator: str) -> str:
    """A ratio and its spread."""
    found = ratio(seconds, numerator, denominator)
    return f"{found.middle:.2f} ({found.lowest:.2f} to {found.highest:.2f})"


def main(widths: list[int]) -> None:
    """Compares at every width."""
    begin("torch")
    print(f"workload: {RUNS} runs of {STEPS} steps, depth {DEPTH}, batch {BATCH}")
    for width in widths or WIDTHS:
        compare(width)


if __name__ == "__main__":
    main([int(width) for width in sys.argv[1:]])
