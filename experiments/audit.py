"""Audits the functions of jax.nn beside bnact's: writes DIR/audit.md and drawings in DIR/images.

For example:

  .venv/bin/python -m experiments.audit --workdir=docs

If DIR/audit.md is there, only what stands between its two marks is replaced. A function takes up to half a
minute. Exit codes: 0 done, 2 bad input.
"""

import functools
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import jax
import matplotlib
from absl import flags

from bnact.activations import ACTIVATIONS, Audit, audit
from bnact.activations.audit.extra import require
from bnact.activations.audit.points import DTYPES
from bnact.activations.audit.reference import JAX_NN
from bnact.studies import write_atomically
from experiments.command import DONE, Command, new_flags, run, whole_numbers
from experiments.marked_page import around, marks_of

MARKS = marks_of("audit")

# By the name of the activation each is meant to be.
THEIRS: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {
        "gelu": functools.partial(jax.nn.gelu, approximate=False),
        **{name: getattr(jax.nn, here) for here, name in JAX_NN.items() if hasattr(jax.nn, here)},
    }
)
SHARED = tuple(name for name in ACTIVATIONS if name in THEIRS)

Pair = tuple[Audit, Audit]

FLAGS = new_flags()
flags.DEFINE_list("functions", [*SHARED], "functions that jax.nn has too", flag_values=FLAGS)
flags.DEFINE_list("figures", ["gelu_tanh"], "functions to draw, among those audited", flag_values=FLAGS)
flags.DEFINE_string("points", "20000", "inputs of float32 to look at, an even number", flag_values=FLAGS)


def prepare(values: flags.FlagValues) -> Callable[[], int]:
    """What is to audit.

    Raises:
      ValueError: a function is unknown, the number of points cannot be used, or the page has no marks.
      ImportError: mpmath is not installed.
      OSError: the page cannot be read.
    """
    require("mpmath")
    (points,) = whole_numbers("points", [values.points])
    _check_names("functions", values.functions, SHARED)
    drawn = values.figures if values["figures"].present else [*set(values.figures) & set(values.functions)]
    _check_names("figures", drawn, values.functions)
    page = Path(values.workdir) / "audit.md"
    parts = around(page, MARKS)
    if points < 4 or points % 2:
        raise ValueError(f"points: must be even and at least 4; got {points}; use for example --points=20000")
    return lambda: written(page, parts, audited(values.functions, points), drawn)


def _check_names(flag: str, names: Iterable[str], known: Iterable[str]) -> None:
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f"{flag}: must be names of {', '.join(known)}; got {unknown[0]!r}; use one of them")


def audited(names: Iterable[str], points: int) -> dict[str, Pair]:
    """Their function and ours under each name; says every one as it is done."""
    found = {}
    for name in names:
        found[name] = audit(THEIRS[name], name, points=points), audit(name, points=points)
        words = ", ".join(f"{each.name} {_bad(each):,}" for each in found[name])
        sys.stdout.write(f"bad points: {words}\n")
        sys.stdout.flush()
    return found


def _bad(found: Audit) -> int:
    return sum(row.beyond for row in found.rows)


def written(page: Path, parts: tuple[str, str], found: Mapping[str, Pair], drawn: Iterable[str]) -> int:
    """Writes the table and the drawings; returns the exit code."""
    (page.parent / "images").mkdir(parents=True, exist_ok=True)
    before, after = parts
    write_atomically(page, f"{before}{table(found)}{after}")
    for name in drawn:
        for whose, each in zip(("jax_nn", "bnact"), found[name], strict=True):
            _draw(each, page.parent / "images" / f"audit_{name}_{whose}.svg")
    sys.stdout.write(f"audit of {len(found)}: {page}\n")
    return DONE


def table(found: Mapping[str, Pair]) -> str:
    """One line for each function and dtype."""
    lines = [
        "| function | dtype | jax.nn: value | slope | not finite | bnact: value | slope | not finite |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    for name, pair in found.items():
        for dtype in DTYPES:
            cells = [cell for each in pair for cell in _cells(each, dtype)]
            lines.append(f"| {' | '.join([f'`{name}`', dtype, *cells])} |")
    return "\n".join(lines) + "\n"


def _cells(found: Audit, dtype: str) -> tuple[str, str, str]:
    """Worst value, worst derivative, and how many of both are not finite."""
    value, derivative = found.row(dtype, "value"), found.row(dtype, "derivative")
    not_finite = value.not_finite + derivative.not_finite
    return f"{value.worst:.2g}", f"{derivative.worst:.2g}", f"{not_finite:,}"


def _draw(found: Audit, path: Path) -> None:
    # The same bytes for the same numbers.
    with matplotlib.rc_context({"svg.hashsalt": "bnact", "svg.fonttype": "path"}):
        found.figure().savefig(path, format="svg", metadata={"Date": None})


COMMAND = Command(__doc__ or "", FLAGS, prepare)

if __name__ == "__main__":
    run(COMMAND)
