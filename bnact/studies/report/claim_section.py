"""A claim and its verdict as one part of the report."""

from bnact.studies.claim import Claim, Verdict
from bnact.studies.counted import counted
from bnact.studies.rows import Rows
from bnact.studies.tuned_cell import Pair, has_diverged, pair_of
from bnact.training.setting import Setting

from .page import Card, Section
from .wording import effect_in_words, interval_in_words, listed


def claim_section(claim: Claim, verdict: Verdict, rows: Rows | None, command: str) -> Section:
    """The words as they were said, the answer, why it matters, what was done, figures, table, rule, command.

    Args:
      claim: the claim.
      verdict: what came out.
      rows: the claim's own runs, none for a claim that needs none; None where some are missing: figures and
        table are then left out.
      command: what runs it again.

    Returns:
      The section.
    """
    return Section(
        id=claim.id,
        heading=claim.id.replace("_", " ").capitalize(),
        card=_card(claim, verdict),
        quote=claim.text,
        source=claim.source,
        paragraphs=(("Why it matters", claim.why), ("What was done", _done_in_words(rows))),
        figures=() if rows is None else tuple(claim.figures(rows)),
        tables=() if rows is None else (claim.table(rows),),
        rule=claim.rule,
        command=command,
    )


def _done_in_words(rows: Rows | None) -> str:
    if rows is None:
        return "Nothing yet: not all of its runs are done."
    if not len(rows):
        return "No network was trained: the claim is decided by computing, with 64-bit floats."
    return runs_in_words(rows)


def runs_in_words(rows: Rows) -> str:
    """What was trained, in a few sentences, from the runs themselves.

    Args:
      rows: finished runs.

    Returns:
      Pairs, depths, widths, injuries, learning rates, seeds, steps, and how many runs diverged.
    """
    if not len(rows):
        return "Nothing was trained."
    settings = [row.setting for row in rows]
    pairs = dict.fromkeys(pair_of(setting) for setting in settings)
    kills = sorted({setting.kill for setting in settings} - {"none"})
    architectures = sorted({setting.architecture for setting in settings} - {Setting.architecture})
    rates = [f"{rate:g}" for rate in sorted({setting.learning_rate for setting in settings})]
    were = "network was" if len(rows) == 1 else "networks were"
    diverged = sum(has_diverged(row.log) for row in rows)
    seeds = len({setting.seed for setting in settings})
    return (
        f"{len(rows):,} {were} trained: {_pairs_in_words(list(pairs))}; "
        f"{_numbers([s.depth for s in settings], 'hidden layer')} of "
        f"{_numbers([s.width for s in settings], 'unit')}"
        f"{f'; architectures beside mlp: {listed(architectures)}' if architectures else ''}"
        f"{f'; injuries: {listed(kills)}' if kills else ''}. Each was trained for "
        f"{_numbers([s.steps for s in settings], 'step')} of "
        f"{_numbers([s.batch_size for s in settings], 'example')} at learning "
        f"{'rate' if len(rates) == 1 else 'rates'} {listed(rates)} with {counted(seeds, 'seed')}; "
        f"results are shown at the learning rate that is best on validation data. {diverged or 'None'} of "
        "the runs diverged."
    )


def _card(claim: Claim, verdict: Verdict) -> Card:
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
    )


def _pairs_in_words(pairs: list[Pair]) -> str:
    places: dict[str, list[str]] = {}
    for pair in pairs:
        places.setdefault(pair.activation, []).append(pair.placement)
    by_places: dict[tuple[str, ...], list[str]] = {}
    for activation, found in places.items():
        by_places.setdefault(tuple(found), []).append(activation)
    return "; ".join(f"{listed(names)} with {listed(found)}" for found, names in by_places.items())


def _numbers(values: list[int], noun: str) -> str:
    *others, last = sorted(set(values))
    return listed([*(f"{value:,}" for value in others), counted(last, noun)])
