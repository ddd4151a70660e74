"""The layout of a population whose program fits into the memory that is free."""

import warnings

import jax

from bnact.data import Dataset
from bnact.distributed import Arrangement, Needed, free_bytes, needed_memory, smaller
from bnact.fused import Table

from .program import compiled_program, mesh_of
from .setting import Program

IN_FLIGHT = 2
"""Calls handed to the devices at a time: while one is computed, the next is there."""


def fitting_program(
    program: Program, dataset: Dataset, arrangement: Arrangement, table: Table, check: bool = False
) -> tuple[Arrangement, jax.stages.Compiled]:
    """The arrangement and its compiled program, made smaller until it fits into free memory.

    The smallest there is is returned whether it fits or not; so is one whose arguments alone, the data set
    above all, are more than one device has free, with a warning: they are the same in every arrangement.
    Arguments as in `compiled_program`.
    """
    compiled = compiled_program(program, dataset, arrangement, table, check)
    while (less := smaller(arrangement)) is not None:
        needed, free = needed_memory(compiled), _free(arrangement)
        if needed is None or free is None or fits(needed, free):
            break
        alone = _free(Arrangement(1, 1, arrangement.way))
        if alone is not None and needed.arguments > alone:
            _warn(dataset, needed.arguments, alone)
            break
        arrangement = less
        compiled = compiled_program(program, dataset, arrangement, table, check)
    return arrangement, compiled


def fits(needed: Needed, free: int) -> bool:
    """Whether a device with so many bytes free can hold `IN_FLIGHT` calls of a program.

    The data set lies there once; each call has results and temporary arrays of its own.
    """
    return needed.at_once(IN_FLIGHT) <= free


def _free(arrangement: Arrangement) -> int | None:
    """Bytes that each of an arrangement's devices can give."""
    return free_bytes(list(mesh_of(arrangement).devices.flat))


def _warn(dataset: Dataset, arguments: int, free: int) -> None:
    warnings.warn(
        f"train_population: the data set must fit into the memory that is free; got {dataset.name!r}, which "
        f"needs {arguments:,} bytes of {free:,}; fewer networks at once would not help: free memory, or use "
        "fewer examples",
        stacklevel=4,
    )
