"""What activations and training steps cost on the machine at hand: measured once, and stored."""

import hashlib
import json
import warnings
from collections.abc import Mapping
from pathlib import Path

from bnact.studies import Pair, write_atomically
from bnact.studies.claim import Costs
from bnact.studies.files import explained
from bnact.studies.tuned_cell import pair_of

from .activations import ALL
from .asked import Asked
from .timed import network_name


def networks_of(asked: Asked) -> tuple[Pair, ...]:
    """The pairs that the claims with a clock train, in the order of their names."""
    timed = [claim for claim in asked.claims if claim.clock is not None]
    return tuple(
        sorted({pair_of(each) for claim in timed for scale in asked.scales for each in claim.settings(scale)})
    )


def stored_costs(workdir: Path, asked: Asked) -> Costs | None:
    """What was measured before in a work directory; a clock shows a dash for what was not.

    Args:
      workdir: a work directory.
      asked: the claims.

    Returns:
      The costs; None where no claim has a clock, nothing was measured yet, or the file is damaged, which is
      said.

    Raises:
      StudyError: the file cannot be read.
    """
    if not any(claim.clock is not None for claim in asked.claims):
        return None
    return _read(costs_path(workdir))


def measure_costs(workdir: Path, asked: Asked) -> None:
    """Measures what the claims' clocks ask for and was not measured yet, and stores it; anew if damaged.

    Args:
      workdir: a work directory, open for this process.
      asked: the claims; where none has a clock nothing is measured.

    Raises:
      StudyError: the file cannot be read or written.
    """
    if not any(claim.clock is not None for claim in asked.claims):
        return
    # Imported late: a mistyped flag is then answered before the networks are even loaded.
    from .clock import seconds_of_activations, seconds_of_steps

    found = _read(costs_path(workdir)) or Costs(*seconds_of_activations(ALL), {})
    missing = [pair for pair in networks_of(asked) if network_name(pair) not in found.step]
    seconds = zip(missing, seconds_of_steps(missing), strict=True)
    measured = {network_name(pair): each for pair, each in seconds if each > 0.0}
    step = {**found.step, **measured}
    write_atomically(costs_path(workdir), _text(found._replace(step=step)))


def costs_path(workdir: Path) -> Path:
    """Where they are stored: beside the results."""
    return workdir / "results" / "costs.json"


def _text(costs: Costs) -> str:
    fields = costs._asdict()
    return json.dumps({**fields, "checksum": _checksum(fields)}, indent=2, sort_keys=True) + "\n"


def _checksum(fields: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode("ascii")).hexdigest()[:16]


def _read(path: Path) -> Costs | None:
    if not path.exists():
        return None
    with explained(path, "read the measured times"):
        text = path.read_bytes()
    try:
        fields = json.loads(text)
        checksum = fields.pop("checksum")
        costs = Costs(**fields) if checksum == _checksum(fields) else None
    except (ValueError, KeyError, TypeError, AttributeError):
        costs = None
    if costs is None:
        warnings.warn(
            f"claims: measured times must be as they were stored; {path} is damaged; they are left "
            "out, and the study's command measures them anew",
            stacklevel=3,
        )
    return costs
