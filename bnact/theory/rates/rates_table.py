"""The rates of batch norm before every activation, at several batch sizes."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from bnact.activations import ACTIVATIONS, Activation
from bnact.theory.evaluation import without_jumps
from bnact.theory.units.batch_sizes import normalizing_batch

from .symmetric_point import SymmetricPoint, symmetric_point

_BATCH_SIZES = (4, 8, 16, 32, 64, 128, 256, 1024)


class RatesTable(NamedTuple):
    """Growth of the squared gradient norm a layer, activation by activation.

    Attributes:
      activations: names of the n rows.
      batch_sizes: of the m columns; None is an infinite batch.
      rates: (n, m) as of `batch_norm_rate`.
      stable: (n, m) whether the symmetric fixed point is; where it is not, the rate drifts in deep networks.
    """

    activations: tuple[str, ...]
    batch_sizes: tuple[int | None, ...]
    rates: np.ndarray
    stable: np.ndarray

    def to_text(self) -> str:
        """A line for each activation; a star marks a rate that drifts."""
        columns = ["B = inf" if size is None else f"B = {size}" for size in self.batch_sizes]
        lines = ["activation      " + "".join(f"{column:>11}" for column in columns)]
        for name, rates, stable in zip(self.activations, self.rates, self.stable, strict=True):
            marks = [" " if is_stable else "*" for is_stable in stable]
            cells = [f"{rate:10.6f}{mark}" for rate, mark in zip(rates, marks, strict=True)]
            lines.append(f"{name:<16}" + "".join(cells))
        return "\n".join(lines)


def rates_table(
    activations: Sequence[str | Activation] | None = None,
    batch_sizes: Sequence[int | None] = _BATCH_SIZES,
) -> RatesTable:
    """The rate of every activation at every batch size: norm before the activation, scale 1, shift 0.

    Activations are spread over the cores, since compiling them is what costs most.

    Args:
      activations: names in `ACTIVATIONS` or `Activation`s, without a jump; all of the registry if None.
      batch_sizes: at least 4 each, or None for an infinite batch.

    Returns:
      The table.

    Raises:
      ValueError: as `symmetric_point`.
    """
    given = [act for act in ACTIVATIONS.values() if not act.jumps] if activations is None else activations
    records = [without_jumps("rates_table", activation) for activation in given]
    sizes = tuple(normalizing_batch("rates_table", size) for size in batch_sizes)

    def row(phi: Activation) -> list[SymmetricPoint]:
        return [symmetric_point(phi, size) for size in sizes]

    with ThreadPoolExecutor(usable_cores()) as pool:
        rows = list(pool.map(row, records))
    return RatesTable(
        tuple(phi.name for phi in records),
        sizes,
        np.array([[point.rate for point in points] for points in rows]),
        np.array([[point.stable for point in points] for points in rows]),
    )


def usable_cores() -> int:
    """The cores that this process may use, where the system tells; else those of the machine."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
