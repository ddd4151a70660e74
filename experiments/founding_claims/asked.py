"""What has been asked of a work directory: a report must decide the same claims at the same scale."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bnact.studies import StudyError, write_atomically
from bnact.studies.claim import Claim, Scale

from .claims import CLAIMS


class Asked(NamedTuple):
    """Claims, and the scale they were asked for at."""

    claims: tuple[Claim, ...]
    scale: Scale


def asked_path(workdir: Path) -> Path:
    """Where it is stored: beside the results."""
    return workdir / "results" / "asked.json"


def remember(workdir: Path, asked: Asked) -> None:
    """Adds claims to those asked for before, and makes their scale the one that is reported.

    Args:
      workdir: a work directory, open for this process.
      asked: what is asked for now.

    Raises:
      StudyError: what was stored before is damaged, or the file cannot be written.
    """
    before = _read(asked_path(workdir))
    others = [each for each in before if each.scale != asked.scale]
    alike = [claim.id for each in before if each.scale == asked.scale for claim in each.claims]
    wanted = {*alike, *(claim.id for claim in asked.claims)}
    together = Asked(tuple(claim for claim in CLAIMS.values() if claim.id in wanted), asked.scale)
    write_atomically(asked_path(workdir), _text([*others, together]))


def last_asked(workdir: Path) -> Asked | None:
    """The scale that was asked for last, with all claims that were ever asked for at it.

    Args:
      workdir: a work directory.

    Returns:
      The claims, in the order of `CLAIMS`, and their scale; None if nothing is stored.

    Raises:
      StudyError: what is stored is damaged.
    """
    found = _read(asked_path(workdir))
    return found[-1] if found else None


def _text(found: Sequence[Asked]) -> str:
    plain = [{"claims": [claim.id for claim in each.claims], **each.scale._asdict()} for each in found]
    return json.dumps(plain, indent=2) + "\n"


def _read(path: Path) -> tuple[Asked, ...]:
    try:
        return tuple(_entry(**entry) for entry in json.loads(path.read_bytes()))
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StudyError(
            f"founding_claims: {path} must say which claims were asked for; it cannot be read ({error}); "
            "remove it, and run the study's command again"
        ) from error


def _entry(
    claims: list[str], seeds: int, steps: int, learning_rates: list[float], depths: list[int]
) -> Asked:
    scale = Scale(seeds, steps, tuple(learning_rates), tuple(depths))
    return Asked(tuple(CLAIMS[name] for name in claims), scale)
