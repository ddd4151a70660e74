"""Runs that ended in an error: what is kept of it, without a word about the machine."""

import json
import re
import traceback
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import NamedTuple

from bnact.studies.files import explained, write_atomically
from bnact.studies.identity import plain_setting, setting_id
from bnact.training.setting import Setting

_FRAMES = 40
_CHARACTERS = 4000

_FOLDERS = re.compile(r"(?<![\w:/.])/(?:[^\s/'\"<>]+/)+")
"""The folders of an absolute path; what follows is the file's name."""


class Failure(NamedTuple):
    """A run that ended in an error.

    Attributes:
      setting: the run.
      error: type and message of the error.
      traceback: where it was raised, outermost call first; files by their place in their package.
    """

    setting: Setting
    error: str
    traceback: tuple[str, ...]


def _package_relative(filename: str) -> str:
    """The path from the package on: no folder of the machine."""
    path = PurePath(filename)
    anchors = [i for i, part in enumerate(path.parts) if part in ("site-packages", "dist-packages")]
    if anchors:
        return PurePath(*path.parts[anchors[-1] + 1 :]).as_posix()
    home = Path(__file__).parents[2]
    return path.relative_to(home).as_posix() if path.is_relative_to(home) else path.name


def _frames(error: BaseException) -> tuple[str, ...]:
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return tuple(f"{_package_relative(f.filename)}:{f.lineno} in {f.name}: {f.line}" for f in frames)


def failure(setting: Setting, error: BaseException) -> Failure:
    """What is kept of an error.

    Args:
      setting: the run that ended in it.
      error: the exception, as caught.

    Returns:
      The failure.
    """
    message = _FOLDERS.sub("", str(error))[:_CHARACTERS]
    return Failure(setting, f"{type(error).__name__}: {message}", _frames(error))


def write_failures(path: Path, failures: Sequence[Failure]) -> None:
    """Stores the failures of this execution, one JSON object a line; none removes the file.

    Args:
      path: `failures.jsonl`.
      failures: all of them so far.

    Raises:
      StudyError: they cannot be stored, or the file cannot be removed.
    """
    if not failures:
        with explained(path, "remove the failures of an earlier call"):
            path.unlink(missing_ok=True)
        return
    lines = [
        json.dumps(
            {
                "id": setting_id(failed.setting),
                "setting": plain_setting(failed.setting),
                "error": failed.error,
                "traceback": failed.traceback,
            }
        )
        for failed in failures
    ]
    write_atomically(path, "\n".join(lines) + "\n")
