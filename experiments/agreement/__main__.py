"""Compares theory with fresh networks over many settings: writes DIR/agreement.md.

For example:

  .venv/bin/python -m experiments.agreement --workdir=docs

If DIR/agreement.md is there, only what stands between its two marks is replaced. What does not agree is
measured again in networks of a quarter of the width. Takes about five minutes of one core. Exit codes: 0
done, 2 bad input.
"""

import functools
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from absl import flags
from rich.console import Console
from rich.progress import track

from bnact.studies import write_atomically
from experiments.command import DONE, Command, new_flags, run, whole_numbers
from experiments.diagnose.fresh import Fresh
from experiments.marked_page import around, marks_of

from .comparison import agreement
from .page import OtherWidths, part
from .settings import SETTINGS, WIDTH

MARKS = marks_of("agreement")

# One in so many settings, and so many networks of each.
QUICK_STRIDE, QUICK_SEEDS = 6, 2
# Narrower, and wider, is what does not agree.
TIMES = 4

LEAST_WIDTH = 64
"""The narrowest networks are then of 16 units: far narrower ones are born dead."""

FLAGS = new_flags()
flags.DEFINE_bool("quick", False, "a few settings and networks, to see that it works", flag_values=FLAGS)
flags.DEFINE_string("seeds", "16", "fresh networks of each setting", flag_values=FLAGS)
flags.DEFINE_string("width", str(WIDTH), "units in a layer", flag_values=FLAGS)


def prepare(values: flags.FlagValues) -> Callable[[], int]:
    """What is to compare.

    Raises:
      ValueError: a number is none or too small, or the page has no marks.
      OSError: the page cannot be read.
    """
    (seeds,), (width,) = (whole_numbers(name, [str(values[name].value)]) for name in ("seeds", "width"))
    for name, number, least in (("seeds", seeds, 2), ("width", width, LEAST_WIDTH)):
        if number < least:
            raise ValueError(f"{name}: must be at least {least}; got {number}; use {least} or more")
    settings = [setting._replace(width=width) for setting in SETTINGS]
    if values.quick:
        settings, seeds = settings[::QUICK_STRIDE], min(seeds, QUICK_SEEDS)
    page = Path(values.workdir) / "agreement.md"
    return functools.partial(written, page, around(page, MARKS), settings, seeds)


def written(page: Path, parts: tuple[str, str], settings: Sequence[Fresh], seeds: int) -> int:
    """Compares, and writes the page; returns the exit code."""
    page.parent.mkdir(parents=True, exist_ok=True)
    found = [agreement(setting, range(seeds)) for setting in _shown(settings, "settings")]
    exceptions = [row.network for row in found if not row.agrees]
    others = {network: _at_other_widths(network, seeds) for network in _shown(exceptions, "exceptions")}
    before, after = parts
    write_atomically(page, f"{before}{part(found, others, seeds)}{after}")
    agreed = len(found) - len(exceptions)
    sys.stdout.write(f"{agreed} of {len(found)} settings agree: {page}\n")
    return DONE


def _at_other_widths(network: Fresh, seeds: int) -> OtherWidths:
    # Narrow networks scatter more and cost less: more of them.
    narrow, wide = network.width // TIMES, network.width * TIMES
    return OtherWidths(
        agreement(network._replace(width=narrow), range(TIMES * seeds)),
        agreement(network._replace(width=wide), range(max(2, seeds // 2))),
    )


def _shown(networks: Sequence[Fresh], what: str) -> Iterable[Fresh]:
    return track(networks, what, console=Console(file=sys.stderr), transient=True)


COMMAND = Command(__doc__ or "", FLAGS, prepare)

if __name__ == "__main__":
    run(COMMAND)
