"""Writes the catalogue of activations: catalogue.html with a search, and catalogue.md.

For example:

  .venv/bin/python -m experiments.catalogue --workdir=docs

The float32 error of every activation is measured first, in some minutes, and kept in measured_errors.json;
with --nomeasure what is kept there is used. Exit codes: 0 done, 2 bad input.
"""

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from absl import flags
from rich.console import Console
from rich.progress import track

from bnact.activations import ACTIVATIONS
from bnact.studies import write_atomically
from experiments.command import DONE, Command, new_flags, run

from .entry import Accuracy, entry_of
from .measured import measured_accuracy
from .page import html, markdown
from .picture import picture

FLAGS = new_flags()
flags.DEFINE_bool("measure", True, "measure the errors anew", flag_values=FLAGS)

MEASURED = "measured_errors.json"


def prepare(values: flags.FlagValues) -> Callable[[], int]:
    """What is to write.

    Raises:
      ValueError: nothing is to be measured, and what was measured before does not cover the registry.
      OSError: the directory cannot be made or read.
    """
    workdir = Path(values.workdir)
    workdir.mkdir(parents=True, exist_ok=True)
    kept = None if values.measure else read_errors(workdir / MEASURED)
    return lambda: written(workdir, kept if kept is not None else _measured())


def read_errors(path: Path) -> Mapping[str, Accuracy]:
    """What was measured before.

    Raises:
      ValueError: it lacks an activation.
      FileNotFoundError: nothing was measured.
    """
    errors = {name: Accuracy(*pair) for name, pair in json.loads(path.read_text("utf-8")).items()}
    missing = sorted(set(ACTIVATIONS) - set(errors))
    if missing:
        raise ValueError(
            f"catalogue: {path} must have every activation; it lacks {', '.join(missing)}; "
            "leave out --nomeasure"
        )
    return errors


def written(workdir: Path, errors: Mapping[str, Accuracy]) -> int:
    """Writes the page, the table and the errors; returns the exit code."""
    entries = [entry_of(act, errors[name], picture(act)) for name, act in ACTIVATIONS.items()]
    kept = json.dumps({name: errors[name] for name in ACTIVATIONS}, indent=1)
    for name, text in (
        ("catalogue.html", html(entries)),
        ("catalogue.md", markdown(entries)),
        (MEASURED, kept + "\n"),
    ):
        write_atomically(workdir / name, text)
    sys.stdout.write(f"catalogue of {len(entries)}: {workdir / 'catalogue.html'}\n")
    return DONE


def _measured() -> Mapping[str, Accuracy]:
    names: Iterable[str] = track(ACTIVATIONS, "Measuring", console=Console(stderr=True), transient=True)
    return {name: measured_accuracy(ACTIVATIONS[name]) for name in names}


COMMAND = Command(__doc__ or "", FLAGS, prepare)

if __name__ == "__main__":
    run(COMMAND)
