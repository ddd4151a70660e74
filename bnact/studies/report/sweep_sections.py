"""A user's own grid as a ranked table and figures."""

from collections.abc import Sequence

import numpy as np

from bnact.studies.claim import Figure, Table
from bnact.studies.counted import counted
from bnact.studies.rows import Rows
from bnact.studies.statistics import share_interval
from bnact.studies.tuned_cell import (
    TunedCell,
    pair_of,
    steps_to_target,
    test_accuracy,
    tuned_cells,
    validation_accuracy,
)
from bnact.training.architectures import architecture_of
from bnact.training.setting import Setting

from .claim_section import runs_in_words
from .figures import Line, accuracy_against_depth, dead_through_training, gradient_by_layer, learning_curves
from .page import Section
from .palette import numbered_style
from .wording import interval_notes, plain, span

TARGETS = (0.9, 0.5)
SHOWN = 7
"""Lines in a figure; more cannot be told apart."""


def ranked_cells(rows: Rows) -> tuple[TunedCell, ...]:
    """Every cell at its best learning rate, the highest mean validation accuracy first.

    Ranked on validation data: the test accuracy of the first is then not the best of many by luck.
    """
    cells = tuned_cells(rows).values()
    return tuple(sorted(cells, key=lambda cell: -cell.over_seeds(validation_accuracy).mean()))


def sweep_table(rows: Rows) -> Table:
    """Each cell's accuracy, learning rate, dead units and speed, best first.

    Args:
      rows: of a sweep.

    Returns:
      The table.
    """
    target = _target(rows)
    columns = (
        "network",
        "depth",
        "width",
        "validation (%)",
        "test (%)",
        "95 % interval",
        "learning rate",
        "dead units (%)",
        f"steps to {target:.0%}",
        "diverged",
    )
    cells = ranked_cells(rows)
    lines = tuple(_table_line(cell, rows, target) for cell in cells)
    notes = (
        "A line is one kind of network, over its seeds and at its best learning rate.",
        "Ranked by mean validation accuracy (in a regression the share of the targets' variance that is "
        "explained). * at the edge of the rates tried.",
        f"Steps to {target:.0%} validation accuracy: mean over the seeds that get there, in brackets how "
        "many do. Dead units: mean over the runs that did not diverge.",
        *interval_notes(min((len(cell.rows) for cell in cells), default=0)),
    )
    return Table("Every network of the grid, best first", columns, lines, notes)


def sweep_sections(rows: Rows, command: str) -> tuple[Section, Section]:
    """The grid's table; then accuracy against depth, and curves of the best networks.

    Args:
      rows: of a sweep, at least one.
      command: what runs it again.

    Returns:
      The ranking, and the curves.
    """
    ranking = Section(
        id="ranking",
        heading="The ranking",
        paragraphs=(("What was done", runs_in_words(rows)),),
        tables=(sweep_table(rows),),
        command=command,
    )
    return ranking, Section(id="curves", heading="The curves", figures=_figures(rows))


def _target(rows: Rows) -> float:
    """The highest of the targets that some run reaches."""
    reached = [
        target for target in TARGETS if any(np.isfinite(steps_to_target(row.log, target)) for row in rows)
    ]
    return reached[0] if reached else TARGETS[-1]


def _table_line(cell: TunedCell, rows: Rows, target: float) -> tuple[str, ...]:
    accuracy, steps = (
        cell.over_seeds(test_accuracy),
        cell.over_seeds(lambda log: steps_to_target(log, target)),
    )
    dead = cell.mean_of_finished(lambda log: float(np.mean(np.asarray(log.dead)[-1])))
    low, high = share_interval(accuracy)
    reached = np.isfinite(steps)
    return (
        _label(cell, rows),
        str(cell.setting.depth),
        str(cell.setting.width),
        plain(100 * cell.over_seeds(validation_accuracy).mean()),
        plain(100 * accuracy.mean()),
        span(100 * low, 100 * high),
        f"{cell.learning_rate:g}{'*' if cell.at_edge else ''}",
        plain(100 * dead),
        f"{plain(steps[reached].mean(), 0)} ({reached.sum()} of {len(steps)})" if reached.any() else "never",
        f"{cell.diverged} of {len(accuracy)}",
    )


def _label(cell: TunedCell, rows: Rows) -> str:
    """The network without its depth and width; an mlp among mlps alone is not called so."""
    setting = cell.setting
    kill = "" if setting.kill == "none" else f", injured by {setting.kill}"
    alone = {row.setting.architecture for row in rows} == {Setting.architecture}
    architecture = "" if alone else f"{setting.architecture}, "
    return f"{architecture}{pair_of(setting).label}{kill}"


def _figures(rows: Rows) -> tuple[Figure, ...]:
    cells = ranked_cells(rows)
    names = list(dict.fromkeys(_name(cell, rows) for cell in cells))[:SHOWN]
    styles = {name: numbered_style(position) for position, name in enumerate(names)}
    shown = [cell for cell in cells if _name(cell, rows) in styles]
    groups: dict[str, list[Line]] = {}
    for cell in sorted(shown, key=lambda cell: (cell.setting.depth, names.index(_name(cell, rows)))):
        name = _name(cell, rows)
        title = counted(cell.setting.depth, architecture_of(cell.setting.architecture).layer)
        groups.setdefault(title, []).append(Line(name, styles[name], cell))
    best = (
        f"The {len(names)} best networks"
        if len({_name(cell, rows) for cell in cells}) > SHOWN
        else "Every network"
    )
    curves = (
        learning_curves(groups, f"{best}: validation accuracy through training."),
        dead_through_training(groups, f"{best}: dead units through training."),
        gradient_by_layer(groups, f"{best}: gradient by what each pair is given, before the first step."),
    )
    if len({cell.setting.depth for cell in shown}) < 2:
        return curves
    by_name = {(name, styles[name]): _named(shown, name, rows) for name in names}
    return (accuracy_against_depth(by_name, f"{best}, each at its best learning rate."), *curves)


def _name(cell: TunedCell, rows: Rows) -> str:
    """The network without its depth, and with its width if there are several."""
    widths = {row.setting.width for row in rows}
    label = _label(cell, rows)
    return f"{label}, width {cell.setting.width}" if len(widths) > 1 else label


def _named(cells: Sequence[TunedCell], name: str, rows: Rows) -> tuple[TunedCell, ...]:
    return tuple(cell for cell in cells if _name(cell, rows) == name)
