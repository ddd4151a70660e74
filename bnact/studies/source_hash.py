"""The hash of the source that makes the numbers."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parents[1]

_NOT_NUMBERS = "studies"
"""The floor above training plans, stores and judges; a change there leaves every number as it is."""


def _sources(package: Path) -> Iterator[tuple[str, Path]]:
    for path in package.rglob("*.py"):
        name = path.relative_to(package).as_posix()
        if not name.startswith(f"{_NOT_NUMBERS}/"):
            yield name, path


def source_hash(package: Path) -> str:
    """The SHA-256 of the names and contents of a package's source files, without its `studies`.

    Args:
      package: the folder of the package; where it stands does not matter.

    Returns:
      64 hexadecimal digits.
    """
    total = hashlib.sha256()
    for name, path in sorted(_sources(package)):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{name}\n{content}\n".encode())
    return total.hexdigest()
