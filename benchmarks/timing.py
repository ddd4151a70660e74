"""How every benchmark measures: both sides in turn, several rounds, medians with their spread."""

import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping


def seconds_of(candidates: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Wall-clock seconds of every candidate, one call of each a round, so that drift hits all alike.

    Args:
      candidates: name and what to time; a call returns when its work is done.
      rounds: at least 2.
    """
    seconds: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(rounds):
        for name, candidate in candidates.items():
            start = time.perf_counter()
            candidate()
            seconds[name].append(time.perf_counter() - start)
    return seconds


def report(title: str, seconds: Mapping[str, list[float]]) -> None:
    """Prints the machine, and for every candidate its median and spread."""
    import jax

    print(f"{title}\n  {os.cpu_count()} cores, Python {platform.python_version()}, jax {jax.__version__}")
    for name, values in seconds.items():
        median = statistics.median(values)
        print(
            f"  {name}: {median:.3f} s, from {min(values):.3f} to {max(values):.3f} in {len(values)} rounds"
        )


def ratio(seconds: Mapping[str, list[float]], numerator: str, denominator: str, promise: str) -> None:
    """Prints the ratio of two medians, and the lowest and highest ratio within a round."""
    pairs = [a / b for a, b in zip(seconds[numerator], seconds[denominator], strict=True)]
    middle = statistics.median(seconds[numerator]) / statistics.median(seconds[denominator])
    print(f"  {numerator} / {denominator}: {middle:.2f}, {min(pairs):.2f} to {max(pairs):.2f}; {promise}")
