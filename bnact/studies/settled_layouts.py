"""The layouts of a study for which memory did not suffice: decided once for a program, and said.

How many networks a device trains at a time changes last bits, so the study keeps it. How many devices there
are changes none: a passing shortage shall not hold a study to few of them, so the process alone keeps that.
"""

import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, get_type_hints

from bnact.distributed import Arrangement
from bnact.studies.errors import StudyError
from bnact.studies.files import explained, write_atomically
from bnact.studies.layout import arrangement_words
from bnact.training.setting import Program

_WITHOUT = (
    "without it the study would try its planned layouts again, and runs done with and without it may differ "
    "in last bits"
)
_BITS = f"; last bits may differ from those of cells done before; layouts.json keeps it: {_WITHOUT}"


class Most(NamedTuple):
    """The largest layout for which memory suffices.

    Attributes:
      at_once: lanes of one device in one call; None where those planned fitted.
      devices: that share a call; None where those planned fitted.
    """

    at_once: int | None = None
    devices: int | None = None


Layouts = Mapping[Program, Most]
"""Of the programs for whose planned arrangement memory did not suffice."""


def read_layouts(path: Path) -> Layouts:
    """The layouts that a study has settled, of any number of devices.

    Args:
      path: `layouts.json`; a missing file is none.

    Raises:
      StudyError: it cannot be read.
    """
    with explained(path, "read the layouts of the study"):
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        except UnicodeDecodeError:
            text = ""
    try:
        return dict(_entry(**each) for each in json.loads(text))
    except (ValueError, TypeError, RecursionError) as error:
        raise StudyError(
            f"study: the layouts of a study must be known to go on; {path} is damaged; restore it from a "
            f"copy, or use another --workdir; {_WITHOUT}"
        ) from error


def _entry(program: dict[str, Any], at_once: int) -> tuple[Program, Most]:
    found, kinds = Program(**program), get_type_hints(Program)
    # Of these very types: True would be 1, and a list could be no key.
    if any(type(value) is not kinds[name] for name, value in found._asdict().items()):
        raise TypeError(program)
    if type(at_once) is not int or at_once < 1:
        raise ValueError(at_once)
    return found, Most(at_once)


def settled(arrangement: Arrangement, program: Program, layouts: Layouts) -> Arrangement:
    """The planned arrangement of a program, no larger than memory suffices for."""
    most = layouts.get(program, Most())
    return arrangement._replace(
        devices=min(arrangement.devices, most.devices or arrangement.devices),
        at_once=min(arrangement.at_once, most.at_once or arrangement.at_once),
    )


def settle(path: Path, layouts: Layouts, program: Program, wanted: Arrangement, used: Arrangement) -> Layouts:
    """Takes a smaller layout than was wanted for all later cells of the program, and warns.

    The file is written where fewer networks are trained at a time, and not for fewer devices.

    Args:
      path: `layouts.json`.
      layouts: settled before.
      program: that did not fit.
      wanted: layout.
      used: layout.

    Returns:
      The layouts with this one.

    Raises:
      StudyError: they cannot be stored.
    """
    most = layouts.get(program, Most())
    if used.devices < wanted.devices:
        most = most._replace(devices=used.devices)
    if used.at_once < wanted.at_once:
        most = most._replace(at_once=used.at_once)
    found = {**layouts, program: most}
    kept = used.at_once < wanted.at_once
    if kept:
        _write(path, found)
    warnings.warn(
        f"memory did not suffice for {arrangement_words(wanted)}, of width {program.width} and depth "
        f"{program.depth}; from here on this {'study' if kept else 'process'} trains them as "
        f"{arrangement_words(used)}{_BITS if kept else ''}",
        stacklevel=2,
    )
    return found


def _write(path: Path, layouts: Layouts) -> None:
    lines = [
        {"program": program._asdict(), "at_once": most.at_once}
        for program, most in layouts.items()
        if most.at_once is not None
    ]
    write_atomically(path, json.dumps(lines, indent=2) + "\n")
