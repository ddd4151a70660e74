"""What has been asked of a work directory: a report must decide the same claims at the same scales."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bnact.studies import StudyError, write_atomically
from bnact.studies.claim import Claim, Scale
from bnact.training.setting import Setting


class Asked(NamedTuple):
    """Claims, and the scales they were asked for at: the first is the one that figures show."""

    claims: tuple[Claim, ...]
    scales: tuple[Scale, ...]


def settings_asked(asked: Asked) -> tuple[Setting, ...]:
    """All runs that are needed, each once."""
    return tuple(
        dict.fromkeys(
            setting for scale in asked.scales for claim in asked.claims for setting in claim.settings(scale)
        )
    )


def asked_path(workdir: Path) -> Path:
    """Where it is stored: beside the results."""
    return workdir / "results" / "asked.json"


def remember(workdir: Path, asked: Asked, claims: Mapping[str, Claim]) -> None:
    """Adds claims to those asked for before, and makes their scales the ones that are reported.

    A claim that needs no runs is the same at every scale: once asked for, it stays.

    Args:
      workdir: a work directory, open for this process.
      asked: what is asked for now.
      claims: all that can be asked for, by name.

    Raises:
      StudyError: what was stored before is damaged, or the file cannot be written.
    """
    before = _read(asked_path(workdir), claims)
    others = [each for each in before if each.scales != asked.scales]
    alike = [
        claim.id
        for each in before
        for claim in each.claims
        if each.scales == asked.scales or not claim.settings(asked.scales[0])
    ]
    wanted = {*alike, *(claim.id for claim in asked.claims)}
    together = Asked(tuple(claim for claim in claims.values() if claim.id in wanted), asked.scales)
    write_atomically(asked_path(workdir), _text([*others, together]))


def last_asked(workdir: Path, claims: Mapping[str, Claim]) -> Asked | None:
    """The scales that were asked for last, with all claims that were ever asked for at them.

    Args:
      workdir: a work directory.
      claims: all that can have been asked for, by name.

    Returns:
      Those asked for, in the order of `claims`, and their scales; None if nothing is stored.

    Raises:
      StudyError: what is stored is damaged.
    """
    found = _read(asked_path(workdir), claims)
    return found[-1] if found else None


def _text(found: Sequence[Asked]) -> str:
    plain = [
        {
            "claims": [claim.id for claim in each.claims],
            "scales": [scale._asdict() for scale in each.scales],
        }
        for each in found
    ]
    return json.dumps(plain, indent=2) + "\n"


def _read(path: Path, known: Mapping[str, Claim]) -> tuple[Asked, ...]:
    try:
        return tuple(_entry(known, **entry) for entry in json.loads(path.read_bytes()))
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StudyError(
            f"claims: {path} must say which claims were asked for; it cannot be read ({error}); "
            "remove it, and run the study's command again"
        ) from error


def _entry(known: Mapping[str, Claim], claims: list[str], scales: list[dict[str, Any]]) -> Asked:
    return Asked(tuple(known[name] for name in claims), tuple(_scale(each) for each in scales))


def _scale(plain: dict[str, Any]) -> Scale:
    scale = Scale(**plain)
    return scale._replace(learning_rates=tuple(scale.learning_rates), depths=tuple(scale.depths))
