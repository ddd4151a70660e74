"""The agreement and the settings as a person reads them."""

from collections.abc import Sequence

import numpy as np

from bnact.studies.claim import Table
from bnact.studies.counted import counted
from bnact.studies.report.wording import MINUS, plain, signed, span

from .accuracy_map import AccuracyMap
from .agreement import Agreement
from .comparison import Compared, rank_differences


def agreement_in_words(agreement: Agreement) -> str:
    """The number with its interval: "Spearman 0.91 (95 % interval 0.83 to 0.95, 48 settings)."."""
    if not np.isfinite(agreement.spearman):
        return f"No rank agreement can be told: {counted(agreement.n, 'setting')}, too few that differ."
    number, settings = plain(agreement.spearman, 2), counted(agreement.n, "setting")
    if not np.isfinite(agreement.low):
        return f"Spearman {number} ({settings}; of too few pairs for an interval)."
    interval = span(agreement.low, agreement.high, lambda value: plain(value, 2))
    return f"Spearman {number} (95 % interval {interval}, {settings})."


def settings_table(settings: Sequence[Compared], maps: Sequence[AccuracyMap]) -> Table:
    """Each setting, the one that breaks the theory most first.

    Args:
      settings: at least one.
      maps: where their accuracies are.

    Returns:
      The table.
    """
    differences = rank_differences(settings)
    order = np.argsort(-np.abs(differences), kind="stable")
    depths = maps[0].depths
    columns = (
        "network",
        "weight variance",
        "predicted depth",
        "measured depth",
        "rank difference",
        *(f"depth {depth} (%)" for depth in depths),
    )
    rows = tuple(_row(settings[place], float(differences[place]), maps) for place in order)
    notes = (
        "Rank difference: rank of the measured depth among all settings minus that of the predicted one; "
        "above 0 the network trains deeper than theory says. \N{LESS-THAN OR EQUAL TO} and "
        "\N{GREATER-THAN OR EQUAL TO}: at an end of the depths that were trained, where nothing more is "
        "known; such settings share a rank. Behind each accuracy in brackets the learning rate.",
    )
    return Table("Every setting, the one that theory misjudges most first", columns, rows, notes)


def _row(setting: Compared, difference: float, maps: Sequence[AccuracyMap]) -> tuple[str, ...]:
    (own,) = [each for each in maps if each.pair == setting.pair]
    at = int(np.searchsorted(own.weight_variances, setting.weight_variance))
    cells = zip(own.accuracy[at], own.learning_rate[at], strict=True)
    return (
        setting.pair.label,
        f"{setting.weight_variance:g}",
        depth_in_words(setting.predicted, setting),
        depth_in_words(setting.measured, setting),
        signed(difference).replace("-", MINUS),
        *(f"{100 * accuracy:.0f} ({rate:g})" for accuracy, rate in cells),
    )


def depth_in_words(depth: float, setting: Compared) -> str:
    """The depth, or the end of the trained depths at or beyond which it is."""
    if depth >= setting.deepest:
        return f"\N{GREATER-THAN OR EQUAL TO} {setting.deepest:g}"
    if depth <= setting.shallowest:
        return f"\N{LESS-THAN OR EQUAL TO} {setting.shallowest:g}"
    return plain(depth)
