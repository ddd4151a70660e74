"""The layout of a population whose program fits into the memory that is free."""

from typing import NamedTuple

import jax

from bnact.data import Dataset
from bnact.distributed import Arrangement, Needed, free_bytes, mesh_of, needed_memory, smaller
from bnact.fused import Table

from .program import compiled_program
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
      too_large: bytes of the arguments, the data set above all, where these alone are more than is free.
    """

    arrangement: Arrangement
    program: jax.stages.Compiled
    was_compiled: bool
    too_large: int | None = None


def fitting_program(
    program: Program, dataset: Dataset, arrangement: Arrangement, table: Table, check: bool = False
) -> Fitted:
    """The arrangement and its compiled program, made smaller until it fits into free memory.

    The smallest there is is returned whether it fits or not. Where the arguments alone, the data set above
    all, are more than one device has free, fewer lanes at once do not help, and are not tried. On CPUs it is
    one device's program that is then returned: they share the machine's memory, and each holds the data set.
    Arguments as in `compiled_program`.
    """
    was_compiled = False
    while True:
        misses = compiled_program.cache_info().misses
        compiled, was_found = compiled_program(program, dataset, arrangement, table, check)
        was_compiled |= compiled_program.cache_info().misses > misses and not was_found
        needed, free = needed_memory(compiled), _free(arrangement)
        if needed is None or free is None or fits(needed, free):
            return Fitted(arrangement, compiled, was_compiled)
        is_too_large = _is_too_large(needed, arrangement)
        less = _one_cpu(arrangement) if is_too_large else smaller(arrangement)
        if less is None:
            return Fitted(arrangement, compiled, was_compiled, needed.arguments if is_too_large else None)
        arrangement = less


def _is_too_large(needed: Needed, arrangement: Arrangement) -> bool:
    """Whether the arguments alone are more than one device has free."""
    free = _free(arrangement._replace(devices=1))
    return free is not None and needed.arguments > free


def _one_cpu(arrangement: Arrangement) -> Arrangement | None:
    """The layout on one device, where several share the machine's memory."""
    is_cpu = mesh_of(arrangement).devices.flat[0].platform == "cpu"
    return arrangement._replace(devices=1) if is_cpu and arrangement.devices > 1 else None


def fits(needed: Needed, free: int) -> bool:
    """Whether a device with so many bytes free can hold `IN_FLIGHT` calls of a program.

    The data set lies there once; each call has results and temporary arrays of its own.
    """
    return needed.at_once(IN_FLIGHT) <= free


def _free(arrangement: Arrangement) -> int | None:
    """Bytes that each of an arrangement's devices can give."""
    return free_bytes(list(mesh_of(arrangement).devices.flat))
