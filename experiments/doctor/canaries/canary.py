"""What a canary is: a fault with its source, its versions, its sign, and what to do about it."""

from collections.abc import Callable
from typing import Literal, NamedTuple

import jax

Sign = Literal["present", "absent", "not looked at"]
"""A canary that cannot run on a platform says so, and does not guess."""


class Canary(NamedTuple):
    """A fault of the compiler that has been seen, and how to see it.

    Attributes:
      name: of the fault, in a few words.
      source: where it was reported.
      gives_wrong_numbers: whether results are wrong; otherwise they are slow.
      known: versions of jaxlib that have it, as they were tried; ("every",) if it has never been mended.
      look: runs or compiles a small program on the default device, which must be a CPU, and says whether the
        fault is here.
      remedy: what to do where it is.
      on_every_machine: whether all machines with such a jaxlib have it, or only those with some processors.
    """

    name: str
    source: str
    gives_wrong_numbers: bool
    known: tuple[str, ...]
    look: Callable[[], Sign]
    remedy: str
    on_every_machine: bool = True


def is_expected(canary: Canary, jaxlib: str) -> bool:
    """Whether a version of jaxlib is known to have the fault."""
    return canary.known == ("every",) or jaxlib in canary.known


def seen_on_cpu(canary: Canary) -> Sign:
    """Whether the fault is here, on a CPU whatever the default device is."""
    try:
        (cpu, *_) = jax.local_devices(backend="cpu")
    except (RuntimeError, AssertionError):  # jax was told to leave CPUs out, or does not start
        return "not looked at"
    with jax.default_device(cpu):
        return canary.look()
