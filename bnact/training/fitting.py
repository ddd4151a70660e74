"""The layout of a population whose program fits into the memory that is free."""

import warnings
from typing import NamedTuple

import jax

from bnact.data import Dataset
from bnact.distributed import Arrangement, Needed, free_bytes, needed_memory, smaller
from bnact.fused import Table

from .program import compiled_program, mesh_of
from .setting import Program

IN_FLIGHT = 2
"""Calls handed to the devices at a time: while one is computed, the next is there."""


class Fitted(NamedTuple):
    """A program that fits into memory, or the smallest there is.

    Attributes:
      arrangement: of its lanes.
      program: compiled.
      was_compiled: whether it, or a larger one that did not fit, had to be compiled, being kept neither by
        this process nor by the compilation cache.
    """

    arrangement: Arrangement
    program: jax.stages.Compiled
    was_compiled: bool


def fitting_program(
    program: Program, dataset: Dataset, arrangement: Arrangement, table: Table, check: bool = False
) -> Fitted:
    """The arrangement and its compiled program, made smaller until it fits into free memory.

    The smallest there is is returned whether it fits or not. Where the arguments alone, the data set above
    all, are more than one device has free, fewer lanes at once do not help, and are not tried: there is a
    warning. On CPUs it is one device's program that is then returned: they share the machine's memory, and
    each holds the data set. Arguments as in `compiled_program`.
    """
    was_compiled = False
    while True:
        misses = compiled_program.cache_info().misses
        compiled, was_found = compiled_program(program, dataset, arrangement, table, check)
        was_compiled |= compiled_program.cache_info().misses > misses and not was_found
        less = _less(needed_memory(compiled), arrangement, dataset)
        if less is None:
            return Fitted(arrangement, compiled, was_compiled)
        arrangement = less


def _less(needed: Needed | None, arrangement: Arrangement, dataset: Dataset) -> Arrangement | None:
    """What to try instead of an arrangement; None where it fits, where nobody knows, or nothing would."""
    free = _free(arrangement)
    if needed is None or free is None or fits(needed, free):
        return None
    one_device = arrangement._replace(devices=1)
    free_alone = _free(one_device)
    if free_alone is None or needed.arguments <= free_alone:
        return smaller(arrangement)
    if arrangement != one_device and mesh_of(arrangement).devices.flat[0].platform == "cpu":
        return one_device
    _warn(dataset, needed.arguments)
    return None


def fits(needed: Needed, free: int) -> bool:
    """Whether a device with so many bytes free can hold `IN_FLIGHT` calls of a program.

    The data set lies there once; each call has results and temporary arrays of its own.
    """
    return needed.at_once(IN_FLIGHT) <= free


def _free(arrangement: Arrangement) -> int | None:
    """Bytes that each of an arrangement's devices can give."""
    return free_bytes(list(mesh_of(arrangement).devices.flat))


def _warn(dataset: Dataset, arguments: int) -> None:
    # How much is free is left out: it changes, and what is said twice in the same words is shown once.
    warnings.warn(
        f"train_population: the data set must fit into the memory that is free; got {dataset.name!r}, which "
        f"needs {arguments:,} bytes, more than there are; fewer networks at once would not help: free "
        "memory, or use fewer examples",
        stacklevel=5,
    )
