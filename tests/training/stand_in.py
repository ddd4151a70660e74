"""What stands in for the compiler and for memory that does not suffice."""

import itertools

import jax

from bnact.training.in_context import kept_in_context
from bnact.training.program import Compiled


def noting(layouts, were_found=itertools.repeat(False)):  # noqa: B008 - it is never used up
    """A `compiled_program` that keeps a list of the layouts, and compiles nothing."""
    found = iter(were_found)

    def compiled(program, dataset, arrangement, *rest):
        layouts.append(arrangement)
        return Compiled(None, next(found))

    return kept_in_context(maxsize=8)(compiled)


def out_of_memory():
    """As jax raises it."""
    return jax.errors.JaxRuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 123456789 bytes")
