"""Functions whose results are kept, of which jax's own settings are arguments too."""

import functools
from collections.abc import Callable
from typing import Any, Generic, ParamSpec, TypeVar

import jax

P = ParamSpec("P")
R = TypeVar("R")

CHANGE_A_PROGRAM = (
    "jax_default_matmul_precision",
    "jax_enable_x64",
    "jax_default_prng_impl",
    "jax_threefry_partitionable",
)
"""Settings, also by a context such as `jax.default_matmul_precision`, that change what is compiled."""


def present_context() -> tuple[Any, ...]:
    """The values of `CHANGE_A_PROGRAM` here and now."""
    return tuple(getattr(jax.config, name) for name in CHANGE_A_PROGRAM)


class InContext(Generic[P, R]):
    """A function whose last results are kept by its arguments and the present context.

    Without the context, a program compiled under one precision would be handed out under another.
    """

    def __init__(self, function: Callable[P, R], maxsize: int) -> None:
        functools.update_wrapper(self, function)

        @functools.lru_cache(maxsize)
        def kept(context: tuple[Any, ...], given: tuple[Any, ...], named: tuple[tuple[str, Any], ...]) -> R:
            del context
            return function(*given, **dict(named))

        self._kept = kept
        self.cache_info = kept.cache_info
        self.cache_clear = kept.cache_clear

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """The kept result, or a new one."""
        return self._kept(present_context(), args, tuple(sorted(kwargs.items())))


def kept_in_context(maxsize: int) -> Callable[[Callable[P, R]], InContext[P, R]]:
    """Decorates a function so that its last `maxsize` results are kept; its arguments must be hashable."""
    return lambda function: InContext(function, maxsize)
