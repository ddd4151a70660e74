"""Verdicts as strict JSON: the same verdicts are the same bytes."""

import json
import math
from collections.abc import Sequence
from typing import get_args

from .claim import Answer, Verdict

_NUMBERS = ("effect", "low", "high")


def verdicts_json(verdicts: Sequence[Verdict]) -> str:
    """The verdicts as JSON: a list of objects with the fields of `Verdict`; what was not measured is null.

    Args:
      verdicts: in the order they are written.

    Returns:
      The text of verdicts.json.
    """
    plain = [
        {
            name: None if name in _NUMBERS and not math.isfinite(value) else value
            for name, value in fields.items()
        }
        for fields in (verdict._asdict() for verdict in verdicts)
    ]
    return json.dumps(plain, indent=2, allow_nan=False, ensure_ascii=False) + "\n"


def verdicts_from_json(text: str) -> tuple[Verdict, ...]:
    """The verdicts that `verdicts_json` wrote.

    Args:
      text: of verdicts.json.

    Returns:
      The verdicts, NaN where there was null.

    Raises:
      ValueError: the text is not JSON, or not a list of verdicts.
    """
    entries = json.loads(text)
    if not isinstance(entries, list):
        raise ValueError(
            f"verdicts: the file must hold a list; got {type(entries).__name__}; "
            "rebuild it with experiments.report"
        )
    return tuple(_verdict(entry) for entry in entries)


def _verdict(entry: object) -> Verdict:
    if not isinstance(entry, dict) or set(entry) != set(Verdict._fields):
        found = sorted(entry) if isinstance(entry, dict) else type(entry).__name__
        raise ValueError(
            f"verdicts: every entry must have the fields {', '.join(Verdict._fields)}; got {found}; "
            "rebuild the file with experiments.report"
        )
    if entry["verdict"] not in get_args(Answer):
        raise ValueError(
            f"verdicts: verdict must be one of {', '.join(get_args(Answer))}; got {entry['verdict']!r}; "
            "rebuild the file with experiments.report"
        )
    return Verdict(**{**entry, **{name: math.nan for name in _NUMBERS if entry[name] is None}})
