"""The comparison as part of a page: how many settings agree, the table of all, and the exceptions."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bnact.studies.report.wording import signed
from experiments.diagnose.fresh import Fresh

from .comparison import ALIKE, STANDARD_ERRORS, Agreement, Pair

HEAD = (
    "| activation | norm | batch | weight variance | bias variance | growth a layer: theory | networks "
    "| ratio | dead: theory | networks | deviation | agree |",
    "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|",
)
EXCEPTIONS_HEAD = (
    "| setting | what differs | at width {} | at width {} | at width {} | why |",
    "|---|---|--:|--:|--:|---|",
)


class OtherWidths(NamedTuple):
    """An exception in narrower and in wider networks."""

    narrow: Agreement
    wide: Agreement


def part(found: Sequence[Agreement], others: Mapping[Fresh, OtherWidths], seeds: int) -> str:
    """What stands between the marks.

    Args:
      found: all settings.
      others: of each exception, the same at other widths.
      seeds: networks behind each.
    """
    return (
        "\n".join([_summary(found, seeds), "", *HEAD, *map(_row, found), "", *_exceptions(found, others)])
        + "\n"
    )


def _summary(found: Sequence[Agreement], seeds: int) -> str:
    network, count = found[0].network, len(found)
    differences = sorted(abs(row.growth.ratio - 1.0) for row in found)
    return (
        f"**{sum(row.agrees for row in found)} of {count} settings agree**: in "
        f"{sum(row.growth_agrees for row in found)} the growth of the squared gradient, a layer, differs by "
        f"{ALIKE:.0%} at most, and in {sum(row.dead_agrees for row in found)} the share of dead units by "
        f"{STANDARD_ERRORS:g} standard errors at most. Half of the growths differ by "
        f"{differences[(count - 1) // 2]:.2%} or less, the worst by {differences[-1]:.1%}. Each row: {seeds} "
        f"networks of {network.depth} layers of {network.width} units."
    )


def _row(row: Agreement) -> str:
    network, growth, dead = row.network, row.growth, row.dead
    cells = (
        f"`{network.activation}`",
        place(network),
        str(network.batch_size),
        f"{network.weight_variance:g}",
        f"{network.bias_variance:g}",
        f"{growth.predicted:.4f}",
        f"{growth.measured:.4f}",
        f"{growth.ratio:.3f}",
        _share(dead.predicted),
        _share(dead.measured),
        signed(dead.deviation),
        "yes" if row.agrees else "**no**",
    )
    return f"| {' | '.join(cells)} |"


def place(network: Fresh) -> str:
    """The norm and where it stands."""
    return "none" if network.norm == "none" else f"{network.norm} {network.order}"


def _share(share: float) -> str:
    return f"{share:.4f}" if share >= 1e-3 or share == 0.0 else f"{share:.0e}"


def _exceptions(found: Sequence[Agreement], others: Mapping[Fresh, OtherWidths]) -> list[str]:
    exceptions = [row for row in found if not row.agrees]
    if not exceptions:
        return ["There is no exception."]
    by_width = [(narrow, row, wide) for row in exceptions for narrow, wide in [others[row.network]]]
    widths = [each.network.width for each in by_width[0]]
    return [EXCEPTIONS_HEAD[0].format(*widths), EXCEPTIONS_HEAD[1], *map(_exception, by_width)]


def _exception(by_width: tuple[Agreement, Agreement, Agreement]) -> str:
    row = by_width[1]
    network = row.network
    setting = (
        f"`{network.activation}`, {place(network)}, batch {network.batch_size}, weight variance "
        f"{network.weight_variance:g}"
    )
    if not row.growth_agrees:
        what, numbers = "growth, ratio", [_with_error(each.growth) for each in by_width]
    else:
        what = "dead share, measured \N{MINUS SIGN} theory"
        numbers = [signed(each.dead.measured - each.dead.predicted, 4) for each in by_width]
    return f"| {' | '.join((setting, what, *numbers, why(row)))} |"


def _with_error(growth: Pair) -> str:
    return f"{growth.ratio:.3f} ± {growth.error / growth.predicted:.3f}"


def why(row: Agreement) -> str:
    """What theory itself says of a deviation."""
    if row.amplification > 1.0:
        return f"unstable: up to the middle layer a deviation grows {row.amplification:.3g}-fold"
    return "finite width; a deviation does not grow"
