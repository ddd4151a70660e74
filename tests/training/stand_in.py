"""What stands in for the compiler and for memory that does not suffice."""

from typing import Any

import jax

from bnact.training.in_context import kept_in_context
from bnact.training.program import Compiled


def noting(layouts, found=None):
    """A `compiled_program` that keeps a list of the layouts, and compiles nothing.

    `found` says by layout whether it was found, or what is raised.
    """

    def compiled(program, dataset, arrangement, *rest):
        layouts.append(arrangement)
        outcome = (found or {}).get(arrangement, False)
        if isinstance(outcome, Exception):
            raise outcome
        nothing: Any = None
        return Compiled(nothing, outcome)

    return kept_in_context(maxsize=8)(compiled)


def out_of_memory():
    """As jax raises it."""
    return jax.errors.JaxRuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 123456789 bytes")
