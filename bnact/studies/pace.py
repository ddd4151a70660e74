"""How fast studies were on these devices: kept from one study to the next."""

import json
from pathlib import Path
from typing import NamedTuple

from bnact.studies.files import write_atomically


class Pace(NamedTuple):
    """What the cells of a study took.

    Attributes:
      constant: seconds of every cell, however small.
      work: seconds for each unit of `bnact.studies.plan.Cell.work`.
      compilation: seconds for each program.
    """

    constant: float
    work: float
    compilation: float


def read_pace(path: Path, devices: str) -> Pace | None:
    """The pace of earlier studies on such devices; None if there is none, or it cannot be read.

    Args:
      path: the file.
      devices: kind and number.
    """
    found = _stored(path).get(devices)
    if not isinstance(found, list) or len(found) != len(Pace._fields):
        return None
    sound = all(type(each) in (int, float) and 0 <= each < float("inf") for each in found)
    return Pace(*map(float, found)) if sound else None


def write_pace(path: Path, devices: str, pace: Pace) -> None:
    """Stores the pace for the next study.

    Args:
      path: the file; those of other devices stay in it.
      devices: kind and number.
      pace: what was measured.

    Raises:
      StudyError: the file cannot be written.
    """
    write_atomically(path, json.dumps({**_stored(path), devices: [*pace]}, indent=2) + "\n")


def _stored(path: Path) -> dict[str, object]:
    try:
        stored = json.loads(path.read_text())
    except (OSError, ValueError, RecursionError):
        return {}
    return stored if isinstance(stored, dict) else {}
