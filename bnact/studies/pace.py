"""How fast studies were on these devices: kept from one study to the next."""

import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, TypeGuard

from bnact.studies.files import write_atomically
from bnact.studies.lock import locked
from bnact.studies.manifest import Manifest
from bnact.training.setting import Setting

LARGEST = 1e9
"""Of a time in the file: thirty years, in seconds."""

_LARGEST_FILE = 2**20


class Pace(NamedTuple):
    """What the cells of a study took.

    Attributes:
      constant: seconds of every cell, however small.
      work: seconds for each unit of `bnact.studies.plan.Cell.work`.
      compilation: seconds for each program.
      only: the work of all cells, where it was the same: of other cells nothing is told.
    """

    constant: float
    work: float
    compilation: float
    only: float | None = None

    def tells_of(self, work: float) -> bool:
        """Whether it foretells a cell of that work."""
        return self.only is None or self.only == work

    def seconds(self, work: float, compiles: bool) -> float:
        """Expected seconds of a cell."""
        return self.constant + self.work * work + (self.compilation if compiles else 0.0)


class PaceFile(NamedTuple):
    """Where a pace is kept: a file in a directory that is the user's alone, and the name of its entry."""

    path: Path
    key: str


def pace_key(manifest: Manifest, settings: Iterable[Setting], check: bool) -> str:
    """What a pace holds for: devices, their kind, the architectures, and whether identities are checked."""
    architectures = sorted({setting.architecture for setting in settings})
    checked = ", checked" if check else ""
    return f"{manifest.devices} x {manifest.device}, {' + '.join(architectures)}{checked}"


def read_pace(kept: PaceFile) -> Pace | None:
    """The pace of earlier studies of that kind; None if there is none, or it cannot be read."""
    found = _stored(kept.path).get(kept.key)
    if not isinstance(found, list) or len(found) != len(Pace._fields):
        return None
    *numbers, only = found
    if not all(_is_number(each) and 0 <= each <= LARGEST for each in numbers):
        return None
    if only is not None and not (_is_number(only) and only > 0):
        return None
    constant, work, compilation = map(float, numbers)
    return Pace(constant, work, compilation, None if only is None else float(only))


def write_pace(kept: PaceFile, pace: Pace) -> None:
    """Stores the pace for the next study; those of other keys stay.

    Raises:
      StudyError: the file cannot be written, or another process is writing it.
    """
    with locked(kept.path.with_name("pace.lock")):
        text = json.dumps({**_stored(kept.path), kept.key: [*pace]}, indent=2)
        write_atomically(kept.path, f"{text}\n")


def _is_number(each: object) -> TypeGuard[int | float]:
    if not isinstance(each, int | float) or isinstance(each, bool):
        return False
    try:
        return math.isfinite(each)
    except OverflowError:  # a whole number that is too large for a float
        return False


def _stored(path: Path) -> dict[str, object]:
    try:
        with path.open(encoding="utf-8") as file:
            stored = json.loads(file.read(_LARGEST_FILE))
    except (OSError, ValueError, RecursionError):
        return {}
    return stored if isinstance(stored, dict) else {}
