"""Where in the program an equation was written: its file and line, and the functions and scopes around it."""

import functools
import itertools
import sysconfig
from collections.abc import Hashable
from pathlib import Path
from typing import Any, NamedTuple

import jax

_BNACT = str(Path(__file__).parents[1])
_JAX = tuple(
    str(Path(jax.__file__).parents[1] / name)
    for name in ("jax", "jaxlib", "jax_cuda12_plugin", "jax_plugins")
)
_LIBRARIES = (_BNACT, *(sysconfig.get_paths()[name] for name in ("stdlib", "purelib", "platlib")))


class Place(NamedTuple):
    """Where an equation was written.

    Attributes:
      file, line: of the innermost statement of the user's; else of a library's; "" and 0 where none is known.
      function: in which that statement stands; "" where none is known.
      scope: the named scopes around it if there are any, else the functions called, outermost first; a
        function with the line it was called from.
      instructions: equal for two equations if the same instruction of the user's wrote them, at once or in
        two rounds of a loop; None where a library wrote them, or that is not known.
    """

    file: str
    line: int
    function: str
    scope: tuple[str, ...]
    instructions: Hashable = None

    def within(self, name: str) -> "Place":
        """The place of what stands in a call made here."""
        return self._replace(scope=(*self.scope, name))


NOWHERE = Place("", 0, "", ())


def place_of(source_info: Any, around: Place) -> Place:
    """The place of an equation.

    Args:
      source_info: as JAX keeps it with an equation.
      around: the place of the call it stands in.

    Returns:
      Its place: the file and line of the call where it has none of its own; its scope begins with the call's.
    """
    frames = _frames(source_info.traceback)
    own = [frame for frame in frames if not frame.file_name.startswith(_LIBRARIES)] or frames
    place = Place(own[-1].file_name, own[-1].line_num, own[-1].function_name, ()) if own else around
    named = tuple(part for part in str(source_info.name_stack).split("/") if part not in ("", "~"))
    traceback = source_info.traceback
    # What a library writes for one statement of the user's may be a loop of its own.
    by_library = bool(frames) and own[-1] is not frames[-1]
    return place._replace(
        scope=(*around.scope, *(named or _called(frames))),
        instructions=None if traceback is None or by_library else (around.instructions, traceback),
    )


def _frames(traceback: Any) -> list[Any]:
    """What was running, outermost first, without JAX and what traces."""
    frames = [] if traceback is None else [*reversed(traceback.frames)]
    return [frame for frame in frames if not _is_machinery(frame.file_name)]


@functools.cache
def _is_machinery(file: str) -> bool:
    return file.startswith((*_JAX, f"{_BNACT}/tracing", f"{_BNACT}/gradient_graph"))


def _called(frames: list[Any]) -> tuple[str, ...]:
    """The functions that were called below the traced one, which is the outermost."""
    pairs = itertools.pairwise(frames)
    named = [(called.function_name.rsplit("<locals>.", 1)[-1], caller.line_num) for caller, called in pairs]
    return tuple(f"{name}:{line}" for name, line in named if not name.startswith("<"))
