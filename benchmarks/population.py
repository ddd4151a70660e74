"""A population of 256 runs, beside the usual loops that train one run at a time.

python -m benchmarks.population [width ...]

Widths 16, 64 and 256; depth 8, batch 64, batch norm before ReLU, an MLP on the digits, SGD with momentum.
Ours is laid out and called as `bnact.training.train_population` does, without a log; of wide networks only
some of the calls are made. The others train one run for a while. Both times are scaled to 256 runs. Torch is
beside them where it can be imported. Each side is a process of its own with all cores, and they take turns.
`with compilation`: of a study of 300 steps.

The roof is the matrix products of our step alone: forward, and by inputs and by weights, of every layer.
"""

import functools
import importlib.util
import os
import platform
import statistics
import sys

from benchmarks.population_sides import BATCH, DEPTH, RUNS
from benchmarks.timing import seconds_of
from benchmarks.workers import Worker, all_ended

WIDTHS, ROUNDS, STUDY = (16, 64, 256), 5, 300
OURS, NNX, EAGER, COMPILED, ROOF = "bnact", "nnx loop", "torch eager", "torch compiled", "products alone"
STEPS = 100
"""Of a run between two looks at the clock."""
PROMISED = {NNX: {16: 50.0, 64: 8.0, 256: 2.5}, "torch": {16: 20.0, 64: 5.0, 256: 1.5}}
ROOF_PROMISED = 0.85


def sides() -> list[str]:
    """The sides that can be measured here."""
    torch = [EAGER, COMPILED] if importlib.util.find_spec("torch") else []
    return [OURS, NNX, *torch, ROOF]


def compare(width: int) -> None:
    """Prints the rates of all sides, and the ratios promised."""
    workers = {
        side: Worker("benchmarks.population_sides", f"asked({side!r}, {width}, {STEPS})") for side in sides()
    }
    with all_ended([*workers.values()]):
        said = {side: worker.said().split() for side, worker in workers.items()}
        for side in [side for side, words in said.items() if not words]:
            print(f"  {side}: does not work here")
            del workers[side], said[side]
        seconds = seconds_of({side: functools.partial(worker) for side, worker in workers.items()}, ROUNDS)
    print(f"width {width}: steps of the runs together a second, compilation apart and with it")
    rates, whole = {}, {}
    for side, values in seconds.items():
        compilation, made = float(said[side][0]), int(said[side][1])
        rates[side] = [made / value for value in values]
        whole[side] = STUDY * RUNS / (compilation + STUDY * RUNS / statistics.median(rates[side]))
        middle = statistics.median(rates[side])
        print(
            f"  {side:15} {middle:12,.0f} ({min(rates[side]):,.0f} to {max(rates[side]):,.0f})"
            f"  compiled in {compilation:5.1f} s, with it {whole[side]:12,.0f}",
            flush=True,
        )
    for side in (NNX, EAGER, COMPILED):
        if side in rates:
            promise = PROMISED.get(side, PROMISED["torch"])[width]
            print(f"  to {side}: {ratios(rates, side)}; with compilation {whole[OURS] / whole[side]:.1f}; "
                  f"promised: at least {promise:g}")  # fmt: skip
    promise = f"promised: at least {ROOF_PROMISED:.0%}" if width == 256 else "no promise"
    print(f"  share of the roof: {ratios(rates, ROOF)}; {promise}")


def ratios(rates: dict[str, list[float]], side: str) -> str:
    """Ours over another's: of the medians, and the least and the most within a round."""
    pairs = [ours / theirs for ours, theirs in zip(rates[OURS], rates[side], strict=True)]
    middle = statistics.median(rates[OURS]) / statistics.median(rates[side])
    return f"{middle:.2f} ({min(pairs):.2f} to {max(pairs):.2f})"


def main(widths: list[int]) -> None:
    """Compares at every width."""
    python = platform.python_version()
    print(f"{RUNS} runs, depth {DEPTH}, batch {BATCH}; {os.cpu_count()} cores, Python {python}")
    for width in widths or WIDTHS:
        compare(width)


if __name__ == "__main__":
    main([int(width) for width in sys.argv[1:]])
