"""The finished runs on disk: one checked line each, appended cell by cell, mended when damaged."""

import json
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bnact.studies.counted import counted
from bnact.studies.files import append_durably, cut_durably, explained, replace_atomically
from bnact.studies.row_format import decode_row, encode_row
from bnact.studies.rows import Row, Rows
from bnact.training.log import Log
from bnact.training.setting import Setting

_DAMAGE_SHOWN = 5


class Damage(NamedTuple):
    """A stretch of the file that holds no run.

    Attributes:
      offset: its first byte.
      line: its bytes.
      reason: what is wrong.
      torn: whether it is the unfinished end of the file, as a kill leaves it, and not a change of
        something stored.
    """

    offset: int
    line: bytes
    reason: str
    torn: bool


class Contents(NamedTuple):
    """What a store holds.

    Attributes:
      rows: the sound runs, in the order stored.
      damage: the rest.
    """

    rows: Rows
    damage: tuple[Damage, ...]


def _row_or_damage(offset: int, line: bytes, known: set[str]) -> Row | Damage:
    if not line.endswith(b"\n"):
        return Damage(offset, line, "the record is not complete", torn=True)
    try:
        row = decode_row(line)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        return Damage(offset, line, str(error), torn=False)
    if row.id in known:
        return Damage(offset, line, f"the run {row.id} is there twice", torn=False)
    known.add(row.id)
    return row


def read_store(path: Path) -> Contents:
    """Reads a store without changing it; a missing file is an empty one.

    Args:
      path: `runs.jsonl`.

    Returns:
      The sound runs, and what is not sound; never a run whose checksum fails.

    Raises:
      StudyError: the file cannot be read.
    """
    found: list[Row | Damage] = []
    known: set[str] = set()
    offset = 0
    with explained(path, "read the results"):
        if not path.exists():
            return Contents(Rows(), ())
        with path.open("rb") as file:
            for line in file:
                found.append(_row_or_damage(offset, line, known))
                offset += len(line)
    if not offset:
        found.append(Damage(0, b"", "the file is empty", torn=True))
    return Contents(
        Rows(tuple(item for item in found if isinstance(item, Row))),
        tuple(item for item in found if isinstance(item, Damage)),
    )


def warn_of_damage(path: Path, damage: Sequence[Damage]) -> None:
    """Warns once, naming the file and the offsets of the first few damaged stretches."""
    if not damage:
        return
    shown = [f"at byte {item.offset} {item.reason}" for item in damage[:_DAMAGE_SHOWN]]
    if len(damage) > _DAMAGE_SHOWN:
        shown.append(f"and {len(damage) - _DAMAGE_SHOWN} more")
    warnings.warn(
        f"{path}: left out, and to be run again: {'; '.join(shown)}; the other runs are sound", stacklevel=3
    )


def _quarantine_line(damage: Damage) -> bytes:
    # Latin-1 maps every byte to one character and back; JSON then escapes it.
    kept = {"offset": damage.offset, "reason": damage.reason, "line": damage.line.decode("latin-1")}
    return json.dumps(kept).encode("ascii") + b"\n"


def _without(data: bytes, damage: Sequence[Damage]) -> bytes:
    kept, position = [], 0
    for item in damage:
        kept.append(data[position : item.offset])
        position = item.offset + len(item.line)
    return b"".join([*kept, data[position:]])


def mend_store(path: Path, quarantine: Path) -> Rows:
    """Reads a store and takes out what is not sound, with a warning, so that it can be appended to.

    An unfinished end is cut off. Anything else is first copied to the quarantine, then taken out. Killed
    at any point, the next call finishes the work.

    Args:
      path: `runs.jsonl`.
      quarantine: where damaged lines go: one JSON object each, bytes as Latin-1 text.

    Returns:
      The sound runs.

    Raises:
      StudyError: the file cannot be read or mended.
    """
    contents = read_store(path)
    warn_of_damage(path, contents.damage)
    changed = [item for item in contents.damage if not item.torn]
    with explained(path, "mend the results"):
        if changed:
            append_durably(quarantine, b"".join(map(_quarantine_line, changed)))
            replace_atomically(path, _without(path.read_bytes(), contents.damage))
        elif contents.damage:
            cut_durably(path, contents.damage[0].offset)
    return contents.rows


def append_runs(path: Path, runs: Sequence[tuple[Setting, Log]]) -> Rows:
    """Stores finished runs in one write; they are on the disk when this returns.

    Args:
      path: `runs.jsonl`, mended.
      runs: settings and what they left; none of them stored before.

    Returns:
      The rows as any later reader will find them.

    Raises:
      StudyError: they cannot be stored; the file is as before.
    """
    lines = [encode_row(setting, log) for setting, log in runs]
    rows = Rows(tuple(decode_row(line) for line in lines))
    first = rows.rows[0] if lines else None
    if first is not None:
        with explained(path, f"store {counted(len(lines), 'run')}, the first {first.id} ({first.setting})"):
            append_durably(path, b"".join(lines))
    return rows
