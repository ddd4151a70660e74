"""Trains a grid of your own and ranks it: every combination of the values given, the best first.

For example:

  .venv/bin/python -m experiments.sweep --workdir=mine --activation=relu,gelu --norm=none,batch --depth=4,16

The same command again continues where it was stopped. DIR then holds results/ and report.html. Exit codes:
0 done, 1 some runs failed, 2 bad input, 130 or 143 stopped by a signal.
"""

import shlex
import sys
from collections.abc import Callable
from pathlib import Path

from absl import flags

from bnact import data
from bnact.activations import ACTIVATIONS, separate_names
from bnact.fused import NORMS
from bnact.studies import Manifest, Rows, check_architectures, check_batch_sizes, grid, write_atomically
from bnact.studies.checks import ORDERS
from bnact.studies.counted import counted
from bnact.studies.report import Page, html
from bnact.studies.report.methods import methods
from bnact.studies.report.sweep_sections import sweep_sections, sweep_table
from bnact.studies.terminal import show_table
from bnact.training.architectures import ARCHITECTURES
from experiments.command import Command, new_flags, numbers, run, whole_numbers
from experiments.initialization import gain
from experiments.training import Assignment, Occasion, define_check, trained

FLAGS = new_flags()
flags.DEFINE_string(
    "activation",
    "relu",
    f"any of {', '.join(ACTIVATIONS)}, or with parameters, as in 'relu,softplus(beta=2.0)'",
    flag_values=FLAGS,
)
flags.DEFINE_list("norm", ["batch"], f"normalizations, any of {', '.join(NORMS)}", flag_values=FLAGS)
flags.DEFINE_list(
    "order", ["before"], f"where the norm stands, any of {', '.join(ORDERS)}", flag_values=FLAGS
)
flags.DEFINE_list(
    "architecture", ["mlp"], f"kinds of networks, any of {', '.join(ARCHITECTURES)}", flag_values=FLAGS
)
flags.DEFINE_list("depth", ["8"], "numbers of hidden layers, or of residual blocks", flag_values=FLAGS)
flags.DEFINE_list("width", ["64"], "numbers of units in each hidden layer", flag_values=FLAGS)
flags.DEFINE_list("learning_rate", ["0.01", "0.03", "0.1"], "learning rates", flag_values=FLAGS)
flags.DEFINE_integer("steps", 300, "steps of gradient descent", flag_values=FLAGS)
flags.DEFINE_integer("batch_size", 64, "examples in a step", flag_values=FLAGS)
flags.DEFINE_integer("seeds", 10, "runs of each setting", flag_values=FLAGS)
define_check(FLAGS)
flags.DEFINE_string("data", "digits", f"one of {', '.join(data.NAMES)}", flag_values=FLAGS)


def prepare(values: flags.FlagValues) -> Callable[[], int]:
    """What the flags ask for.

    Raises:
      ValueError: a name is unknown, a number out of range, or the data are not what they must be.
      FileNotFoundError: there is no such file of data.
    """
    dataset = data.load(values.data)
    settings = grid(
        data=dataset.name,
        architectures=values.architecture,
        activations=separate_names(values.activation),
        norms=values.norm,
        orders=values.order,
        depths=whole_numbers("depth", values.depth),
        widths=whole_numbers("width", values.width),
        learning_rates=numbers("learning_rate", values.learning_rate),
        seeds=values.seeds,
        steps=values.steps,
        batch_size=values.batch_size,
        gain=gain,
    )
    check_batch_sizes(settings, (dataset,))
    check_architectures(settings, (dataset,))
    workdir = Path(values.workdir)
    # The data are part of the name: a directory may take up more data, and a ranking must not mix them.
    assignment = Assignment(workdir, f"sweep on {dataset.name}", (dataset,), settings, values.check)
    occasion = Occasion(
        begin=lambda study: None, publish=lambda rows, study: publish(rows, study.manifest, workdir)
    )
    return lambda: trained(assignment, occasion)


def publish(rows: Rows, manifest: Manifest, workdir: Path) -> None:
    """Shows the ranked table and writes report.html.

    Args:
      rows: of the grid.
      manifest: the conditions of the study.
      workdir: where to write.

    Raises:
      StudyError: the file cannot be written.
    """
    if not len(rows):
        sys.stdout.write("no run is done: there is nothing to report\n")
        return
    write_atomically(workdir / "report.html", html(sweep_page(rows, manifest)))
    show_table(sweep_table(rows), sys.stdout)
    sys.stdout.write(f"report: {workdir / 'report.html'}\n")


def sweep_page(rows: Rows, manifest: Manifest) -> Page:
    """The report's page, made from results alone."""
    return Page(
        title="A sweep of activations and normalizations",
        question="Which of these networks trains best, each at its own best learning rate?",
        summary=f"{counted(len(rows), 'network')} {'was' if len(rows) == 1 else 'were'} trained.",
        sections=sweep_sections(rows, command_of(rows)),
        methods=methods(manifest, rows),
    )


def command_of(rows: Rows) -> str:
    """The command that makes these runs."""
    settings = [row.setting for row in rows]

    def values(name: str) -> str:
        return ",".join(f"{value}" for value in dict.fromkeys(getattr(setting, name) for setting in settings))

    names = (
        "architecture",
        "activation",
        "norm",
        "order",
        "depth",
        "width",
        "learning_rate",
        "steps",
        "batch_size",
    )
    given = " ".join(f"--{name}={shlex.quote(values(name))}" for name in names)
    seeds = 1 + max(setting.seed for setting in settings)
    source = data.form_of(settings[0].data)
    return f".venv/bin/python -m experiments.sweep --workdir=DIR {given} --seeds={seeds} --data={source}"


COMMAND = Command(__doc__ or "", FLAGS, prepare)

if __name__ == "__main__":
    run(COMMAND)
