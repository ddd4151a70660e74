"""What was measured, kept in a file beside the pages."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .entry import Catalogue


def read_kept(catalogue: Catalogue, directory: Path) -> Mapping[str, Any]:
    """What was measured before, of everything that is in the catalogue.

    Raises:
      ValueError: it lacks something.
      FileNotFoundError: nothing was measured.
    """
    path = directory / catalogue.measured
    kept = json.loads(path.read_text("utf-8"))
    missing = [name for name in catalogue.names() if name not in kept]
    if missing:
        raise ValueError(
            f"catalogue: {path} must have every entry of the registry; it lacks {', '.join(missing)}; "
            "leave out --nomeasure"
        )
    return {name: kept[name] for name in catalogue.names()}


def kept_text(measured: Mapping[str, Any]) -> str:
    """What was measured, as the file has it: an entry a line."""
    lines = (f" {json.dumps(name)}: {json.dumps(value)}" for name, value in measured.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"
