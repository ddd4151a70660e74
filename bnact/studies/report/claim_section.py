"""A claim and its verdict as one part of the report."""

from typing import NamedTuple

from bnact.studies.claim import BEST_ON_VALIDATION, Answer, Claim, Table, Verdict
from bnact.studies.counted import counted
from bnact.studies.rows import Rows
from bnact.studies.tuned_cell import Pair, has_diverged, pair_of

from .architecture_words import numbers_in_words, sizes_in_words
from .matrix_view import heading_of
from .page import Card, Section
from .wording import effect_in_words, interval_in_words, listed


class Shown(NamedTuple):
    """What a claim's page shows beside the claim and its verdict.

    Attributes:
      rows: the runs that figures and table are made from, none for a claim that needs none; None where some
        are missing: figures and table are then left out.
      command: what runs it again.
      where: which of several these runs are, by task, architecture and seeds.
      group: under which heading the verdict stands.
      strata: every place's answer, by name; none where there is one place alone.
      places: the same as a table, or None.
      clock: measured times, or None.
    """

    rows: Rows | None
    command: str
    where: str = ""
    group: str = ""
    strata: tuple[tuple[str, Answer], ...] = ()
    places: Table | None = None
    clock: Table | None = None


def claim_section(claim: Claim, verdict: Verdict, shown: Shown) -> Section:
    """The words as they were said, the answer, why it matters, what was done, figures, tables, rule, command.

    Args:
      claim: the claim.
      verdict: what came out.
      shown: what it is shown with.

    Returns:
      The section.
    """
    rows = shown.rows
    where = f" Figures and table show {shown.where}." if shown.where and rows else ""
    own = () if rows is None else (claim.table(rows),)
    return Section(
        id=claim.id,
        heading=heading_of(claim.id),
        card=_card(claim, verdict, shown),
        quote=claim.text,
        source=claim.source,
        paragraphs=(
            ("Why it matters", claim.why),
            ("What was done", f"{_done_in_words(claim, rows)}{where}"),
        ),
        figures=() if rows is None else tuple(claim.figures(rows)),
        tables=tuple(table for table in (*own, shown.places, shown.clock) if table is not None),
        findings=tuple((found, found.compared(verdict.verdict)) for found in claim.literature),
        rule=claim.rule,
        turns=claim.turns,
        command=shown.command,
    )


def _done_in_words(claim: Claim, rows: Rows | None) -> str:
    if rows is None:
        return "Nothing yet: not all of its runs are done."
    if not len(rows):
        return f"No network was trained: {claim.computed}."
    return runs_in_words(rows, claim.chosen)


def runs_in_words(rows: Rows, chosen: str = BEST_ON_VALIDATION) -> str:
    """What was trained, in a few sentences, from the runs themselves.

    Args:
      rows: finished runs.
      chosen: at which learning rate they are shown.

    Returns:
      Pairs, architectures, sizes, injuries, learning rates, seeds, steps, and how many runs diverged.
    """
    if not len(rows):
        return "Nothing was trained."
    settings = [row.setting for row in rows]
    pairs = dict.fromkeys(pair_of(setting) for setting in settings)
    kills = sorted({setting.kill for setting in settings} - {"none"})
    rates = [f"{rate:g}" for rate in sorted({setting.learning_rate for setting in settings})]
    were = "network was" if len(rows) == 1 else "networks were"
    diverged = sum(has_diverged(row.log) for row in rows)
    seeds = len({setting.seed for setting in settings})
    return (
        f"{len(rows):,} {were} trained: {_pairs_in_words(list(pairs))}; "
        f"{sizes_in_words(settings)}"
        f"{f'; injuries: {listed(kills)}' if kills else ''}. Each was trained for "
        f"{numbers_in_words([s.steps for s in settings], 'step')} of "
        f"{numbers_in_words([s.batch_size for s in settings], 'example')} at learning "
        f"{'rate' if len(rates) == 1 else 'rates'} {listed(rates)} with {counted(seeds, 'seed')}; "
        f"results are shown at {chosen}. {diverged or 'None'} of the runs diverged."
    )


def _card(claim: Claim, verdict: Verdict, shown: Shown) -> Card:
    return Card(
        id=claim.id,
        answer=verdict.verdict,
        claim=claim.text,
        sentence=verdict.sentence,
        effect=effect_in_words(verdict, claim.quantity),
        interval=interval_in_words(verdict, claim.quantity),
        meaning=claim.quantity.meaning,
        n=verdict.n,
        counted=claim.quantity.counted,
        group=shown.group,
        strata=shown.strata,
    )


def _pairs_in_words(pairs: list[Pair]) -> str:
    places: dict[str, list[str]] = {}
    for pair in pairs:
        places.setdefault(pair.activation, []).append(pair.placement)
    by_places: dict[tuple[str, ...], list[str]] = {}
    for activation, found in places.items():
        by_places.setdefault(tuple(found), []).append(activation)
    return "; ".join(f"{listed(names)} with {listed(found)}" for found, names in by_places.items())
