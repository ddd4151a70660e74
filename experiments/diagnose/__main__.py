"""Will it train? Prediction and measurement of one kind of network at initialization.

For example:

  .venv/bin/python -m experiments.diagnose --activation=relu --norm=batch --depth=40 --workdir=mine

Shows a sentence and a table, and writes DIR/diagnosis.html with the figure. Nothing is trained. Exit codes: 0
done, 2 bad input, 130 stopped.
"""

import functools
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from absl import flags
from rich.console import Console
from rich.progress import track

from bnact import theory
from bnact.activations import ACTIVATIONS, get
from bnact.studies import write_atomically
from bnact.studies.report import html
from bnact.studies.terminal import show_table
from experiments.command import DONE, Command, new_flags, numbers, run, whole_numbers

from .comparison import compared, predicted
from .fresh import Fresh, fresh_statistics
from .report import page, summary_table

ROWS = 12
"""Layers in the terminal's table; the page has all."""

FLAGS = new_flags()
flags.DEFINE_string(
    "activation", "relu", f"one of {', '.join(ACTIVATIONS)}, or with parameters", flag_values=FLAGS
)
flags.DEFINE_string("norm", "batch", "none, batch, layer or rms", flag_values=FLAGS)
flags.DEFINE_string("order", "before", "where the norm stands: before or after", flag_values=FLAGS)
flags.DEFINE_string("depth", "20", "layers", flag_values=FLAGS)
flags.DEFINE_string("width", "512", "units in a layer", flag_values=FLAGS)
flags.DEFINE_string("batch_size", "64", "examples in a batch", flag_values=FLAGS)
flags.DEFINE_string("weight_variance", "1", "of a weight, times the width", flag_values=FLAGS)
flags.DEFINE_string("bias_variance", "0", "of a bias", flag_values=FLAGS)
flags.DEFINE_string("seeds", "10", "fresh networks", flag_values=FLAGS)


def prepare(values: flags.FlagValues) -> Callable[[], int]:
    """What to diagnose.

    Raises:
      ValueError: a flag is not what it must be; see `bnact.theory.predict`.
      OSError: the work directory cannot be made.
    """
    whole = {name: _one(whole_numbers, name, values) for name in ("depth", "width", "batch_size", "seeds")}
    real = {name: _one(numbers, name, values) for name in ("weight_variance", "bias_variance")}
    for name, least in (("seeds", 2), ("batch_size", 2)):
        if whole[name] < least:
            raise ValueError(f"{name}: must be at least {least}; got {whole[name]}; use {least} or more")
    network = Fresh(
        get(values.activation).name,
        values.norm,
        values.order,
        int(whole["depth"]),
        int(whole["width"]),
        int(whole["batch_size"]),
        real["weight_variance"],
        real["bias_variance"],
    )
    prediction, workdir = predicted(network), Path(values.workdir)
    workdir.mkdir(parents=True, exist_ok=True)
    return functools.partial(diagnosed, network, prediction, int(whole["seeds"]), workdir)


def _one(reading: Callable[..., tuple[float, ...]], name: str, values: flags.FlagValues) -> float:
    found = reading(name, [str(values[name].value)])
    return found[0]


def diagnosed(network: Fresh, prediction: theory.Prediction, seeds: int, workdir: Path) -> int:
    """Measures, shows the table and writes the page; returns the exit code."""
    sys.stdout.write(f"{prediction.sentence}\n")
    parts = compared(network, prediction, fresh_statistics(network, _shown(range(seeds))))
    show_table(summary_table(parts, ROWS), sys.stdout)
    path = workdir / "diagnosis.html"
    write_atomically(path, html(page(network, prediction, parts, seeds)))
    sys.stdout.write(f"report: {path}\n")
    return DONE


def _shown(seeds: Iterable[int]) -> Iterable[int]:
    return track(seeds, "networks", console=Console(file=sys.stderr), transient=True)


COMMAND = Command(__doc__ or "", FLAGS, prepare)

if __name__ == "__main__":
    run(COMMAND)
