"""The layouts of a study for which memory did not suffice: decided once for a program, kept, and said."""

import json
import warnings
from collections.abc import Mapping
from pathlib import Path

from bnact.distributed import Arrangement
from bnact.studies.errors import StudyError
from bnact.studies.files import explained, write_atomically
from bnact.studies.layout import arrangement_words
from bnact.training.setting import Program

Layouts = Mapping[Program, Arrangement]
"""The largest arrangement for which memory suffices, of the programs for whose planned one it did not."""


def read_layouts(path: Path) -> Layouts:
    """The layouts that a study has settled.

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
        return {Program(**each["program"]): _arrangement(**each["layout"]) for each in json.loads(text)}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise StudyError(
            f"study: the layouts of a study must be known to go on; {path} is damaged; restore it from a "
            "copy, or use another --workdir"
        ) from error


def _arrangement(devices: int, at_once: int, way: str) -> Arrangement:
    if min(devices, at_once) < 1 or way not in ("vmap", "map"):
        raise ValueError(way)
    return Arrangement(devices, at_once, way)


def settled(arrangement: Arrangement, program: Program, layouts: Layouts) -> Arrangement:
    """The planned arrangement of a program, no larger than a study has settled."""
    most = layouts.get(program, arrangement)
    return arrangement._replace(
        devices=min(arrangement.devices, most.devices), at_once=min(arrangement.at_once, most.at_once)
    )


def settle(path: Path, layouts: Layouts, program: Program, wanted: Arrangement, used: Arrangement) -> Layouts:
    """Keeps a smaller layout than was wanted, for all later cells of the program, and warns.

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
    found = {**layouts, program: used}
    lines = [{"program": each._asdict(), "layout": layout._asdict()} for each, layout in found.items()]
    write_atomically(path, json.dumps(lines, indent=2) + "\n")
    bits = "" if used.at_once == wanted.at_once else "; last bits may differ from those of cells done before"
    warnings.warn(
        f"memory did not suffice for {arrangement_words(wanted)}, of width {program.width} and depth "
        f"{program.depth}; from here on this study trains them as {arrangement_words(used)}{bits}",
        stacklevel=2,
    )
    return found
