"""How every benchmark measures: circumstances first, both sides in turn, medians with their spread."""

import importlib.metadata
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

from bnact.distributed import allowed_cores

LEAST_ROUNDS = 2
CACHES_OFF = {"JAX_ENABLE_COMPILATION_CACHE": "false", "TORCHINDUCTOR_FORCE_DISABLE_CACHES": "1"}
"""So that who compiles compiles, in this process and in those it starts."""

Seconds = Mapping[str, list[float]]


class Ratio(NamedTuple):
    """How many times as long one candidate took as another.

    Attributes:
      middle: of the two medians.
      lowest, highest: within a round; from ten rounds on, the first and the last tenth of them.
    """

    middle: float
    lowest: float
    highest: float


def begin(*peers: str) -> None:
    """Switches compilation caches off and prints what a figure depends on besides the code.

    Every benchmark that times something calls it first, before jax compiles.

    Args:
      peers: packages that are compared with, besides flax.
    """
    import jax  # a side that is torch's uses this module too

    os.environ.update(CACHES_OFF)
    jax.config.update("jax_enable_compilation_cache", False)
    versions = ", ".join(f"{name} {_version(name)}" for name in ("jax", "jaxlib", "flax", *peers))
    load = ", ".join(f"{each:.2f}" for each in os.getloadavg())
    tunables = os.environ.get("GLIBC_TUNABLES") or "unset"
    print(f"{len(allowed_cores())} of {os.cpu_count()} cores allowed; load of the last 1, 5, 15 min: {load}")
    print(
        f"Python {platform.python_version()}, {versions}; GLIBC_TUNABLES {tunables}; compilation caches off"
    )


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "absent"


def seconds_of(candidates: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Wall-clock seconds of every candidate, one call of each a round, so that drift hits all alike.

    Args:
      candidates: name and what to time; a call returns when its work is done.
      rounds: at least 2.

    Raises:
      ValueError: fewer rounds, which have no spread.
    """
    if rounds < LEAST_ROUNDS:
        raise ValueError(f"seconds_of: rounds must be at least {LEAST_ROUNDS}; got {rounds}; use more")
    seconds: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(rounds):
        for name, candidate in candidates.items():
            seconds[name].append(_seconds(candidate))
    return seconds


def warmed(candidates: Mapping[str, Callable[[], object]]) -> float:
    """Calls every candidate twice, the first time to compile; returns the seconds of the second calls."""
    for candidate in candidates.values():
        candidate()
    return sum(_seconds(candidate) for candidate in candidates.values())


def warm_seconds_of(candidates: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """`seconds_of` candidates that were called twice before."""
    warmed(candidates)
    return seconds_of(candidates, rounds)


def measured(
    candidates: Mapping[str, Callable[[], object]], seconds: float, fewest: int, most: int
) -> dict[str, list[float]]:
    """`seconds_of` warm candidates, in as many rounds as fill the time, between `fewest` and `most`."""
    return seconds_of(candidates, min(most, max(fewest, int(seconds / warmed(candidates)))))


def _seconds(candidate: Callable[[], object]) -> float:
    start = time.perf_counter()
    candidate()
    return time.perf_counter() - start


def ratio(seconds: Seconds, numerator: str, denominator: str) -> Ratio:
    """The ratio of two candidates' times, with its spread."""
    pairs = sorted(a / b for a, b in zip(seconds[numerator], seconds[denominator], strict=True))
    middle = statistics.median(seconds[numerator]) / statistics.median(seconds[denominator])
    tenth = len(pairs) // 10
    return Ratio(middle, pairs[tenth], pairs[-1 - tenth])


def report(title: str, seconds: Seconds) -> None:
    """Prints for every candidate its median and spread."""
    print(title)
    for name, values in seconds.items():
        median = statistics.median(values)
        print(
            f"  {name}: {median:.3f} s, from {min(values):.3f} to {max(values):.3f} in {len(values)} rounds",
            flush=True,
        )


def compare(seconds: Seconds, numerator: str, denominator: str, promise: str) -> None:
    """Prints the ratio of two candidates."""
    found = ratio(seconds, numerator, denominator)
    print(
        f"  {numerator} / {denominator}: {found.middle:.2f}, "
        f"{found.lowest:.2f} to {found.highest:.2f}; {promise}",
        flush=True,
    )
