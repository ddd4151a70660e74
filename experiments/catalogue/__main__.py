"""Writes the catalogues of activations and of norms: a page with a search, and tables in Markdown.

For example:

  .venv/bin/python -m experiments.catalogue --workdir=docs
  .venv/bin/python -m experiments.catalogue --workdir=docs --of=norms

activations: catalogue.html and catalogue.md. The float32 error of each is measured and kept in
measured_errors.json. norms: norm_catalogue.html and norm_catalogue.md. What an output of each depends on, and
what it costs, is measured and kept in measured_norms.json. Either takes some minutes; with --nomeasure, what
is kept is used.

Exit codes: 0 done, 2 bad input.
"""

import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from absl import flags
from rich.console import Console
from rich.progress import track

from bnact.studies import write_atomically
from experiments.command import DONE, Command, new_flags, run

from .activations.catalogue import ACTIVATION_CATALOGUE
from .entry import Catalogue
from .kept import kept_text, read_kept
from .norms.catalogue import NORM_CATALOGUE
from .page import html

CATALOGUES: Mapping[str, Catalogue] = {"activations": ACTIVATION_CATALOGUE, "norms": NORM_CATALOGUE}

FLAGS = new_flags()
flags.DEFINE_bool("measure", True, "measure anew what is measured", flag_values=FLAGS)
flags.DEFINE_list("of", [*CATALOGUES], f"which to write, of {', '.join(CATALOGUES)}", flag_values=FLAGS)


def prepare(values: flags.FlagValues) -> Callable[[], int]:
    """What is to write.

    Raises:
      ValueError: there is no such catalogue, or nothing is to be measured, and what was measured before does
        not cover the registry.
      OSError: the directory cannot be made or read.
    """
    chosen = _chosen(values.of)
    workdir = Path(values.workdir)
    workdir.mkdir(parents=True, exist_ok=True)
    kept = None if values.measure else [read_kept(catalogue, workdir) for catalogue in chosen]

    def write() -> int:
        for number, catalogue in enumerate(chosen):
            _write(catalogue, workdir, _measured(catalogue) if kept is None else kept[number])
        return DONE

    return write


def _chosen(names: Iterable[str]) -> list[Catalogue]:
    unknown = [name for name in names if name not in CATALOGUES]
    if unknown or not names:
        raise ValueError(
            f"of: must be among {', '.join(CATALOGUES)}; got {', '.join(unknown) or 'none'}; use --of=norms"
        )
    return [catalogue for name, catalogue in CATALOGUES.items() if name in names]


def _measured(catalogue: Catalogue) -> Mapping[str, Any]:
    names = track(catalogue.names(), "Measuring", console=Console(stderr=True), transient=True)
    return {name: catalogue.measure(name) for name in names}


def _write(catalogue: Catalogue, workdir: Path, measured: Mapping[str, Any]) -> None:
    entries = [catalogue.entry(name, value) for name, value in measured.items()]
    figures = {name: catalogue.figures(name, value) for name, value in measured.items()}
    for name, text in (
        (f"{catalogue.page}.html", html(catalogue, entries, figures)),
        (f"{catalogue.page}.md", catalogue.table(entries)),
        (catalogue.measured, kept_text(measured)),
    ):
        write_atomically(workdir / name, text)
    sys.stdout.write(f"{catalogue.title}, {len(entries)}: {workdir / catalogue.page}.html\n")


COMMAND = Command(__doc__ or "", FLAGS, prepare)

if __name__ == "__main__":
    run(COMMAND)
