"""Decided claims as one page: what the founding claims and a user's own question have in common."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from bnact.studies import Manifest, Rows
from bnact.studies.claim import Answer, Claim, Costs, Scale, Verdict
from bnact.studies.counted import counted
from bnact.studies.matrix import Decided, place_in_words, replicated, speaking, stratum_of
from bnact.studies.report import Page, Section
from bnact.studies.report.claim_section import Shown, claim_section
from bnact.studies.report.matrix_methods import costs_methods, matrix_methods
from bnact.studies.report.matrix_view import matrix_view, seeds_in_words, strata_table
from bnact.studies.report.methods import Methods, methods
from bnact.studies.statistics import ENOUGH_FOR_AN_INTERVAL, ENOUGH_TO_RESAMPLE

from .scale import lacking, own_rows


class Words(NamedTuple):
    """What a page of claims says besides them.

    Attributes:
      title, question: of the page.
      groups: for a claim's source, the heading its verdict stands under; a source that is not named has none.
      command: what runs a claim again at the scales it was asked for at.
      advice: what to do after a quick look.
    """

    title: str
    question: str
    groups: Mapping[str, str]
    command: Callable[[Claim, Sequence[Scale]], str]
    advice: str


class Runs(NamedTuple):
    """What a page is made from.

    Attributes:
      scales: what the claims asked for.
      rows: all runs.
      manifest: the conditions of the study.
      costs: measured times, or None.
    """

    scales: Sequence[Scale]
    rows: Rows
    manifest: Manifest
    costs: Costs | None = None


def claims_page(found: Sequence[Decided], runs: Runs, words: Words) -> Page:
    """The page of decided claims.

    Args:
      found: the claims in the order they are shown, and what came out.
      runs: from which it came out.
      words: what else the page says.

    Returns:
      The page; the same arguments give the same page.
    """
    return Page(
        title=words.title,
        question=words.question,
        summary=_summary(found, runs),
        sections=tuple(_section(each, runs, words) for each in found),
        methods=_methods(runs),
        notices=_notices(found, runs, words),
        matrix=matrix_view(found, runs.scales),
    )


def _section(found: Decided, runs: Runs, words: Words) -> Section:
    claim, several = found.claim, len(found.matrix) > 1
    scale = shown_scale(found, runs.scales)
    rows = None if lacking(claim, scale, runs.rows) else own_rows(claim, scale, runs.rows)
    where = _where(found, scale) if len(runs.scales) > 1 else ""
    strata: tuple[tuple[str, Answer], ...] = tuple(
        (place_in_words(stratum, found.matrix), replicated(each)) for stratum, each in found.matrix.items()
    )
    return claim_section(
        claim,
        found.verdict,
        Shown(
            rows=rows,
            command=words.command(claim, runs.scales),
            where=where,
            group=words.groups.get(claim.source, ""),
            strata=strata if several else (),
            places=strata_table(found, runs.scales),
            clock=None
            if runs.costs is None or claim.clock is None or rows is None
            else claim.clock(rows, runs.costs),
        ),
    )


def _where(found: Decided, scale: Scale) -> str:
    """Of what several there are: "networks on digits with mlp, seeds 0 to 9"."""
    place = place_in_words(stratum_of(scale), found.matrix)
    return ", ".join(filter(None, (f"networks {place}" if place else "", seeds_in_words(scale))))


def shown_scale(found: Decided, scales: Sequence[Scale]) -> Scale:
    """The scale that a claim's figures and table show: of the place that speaks for all, else the first."""
    stratum = speaking(found.matrix, found.claim.quantifier)
    return next((scale for scale in scales if stratum_of(scale) == stratum), scales[0])


def _methods(runs: Runs) -> Methods:
    found = methods(runs.manifest, runs.rows)
    if not len(runs.rows):
        return found
    *rest, versions = found
    times = () if runs.costs is None else costs_methods(runs.costs)
    return (*rest, *matrix_methods(runs.scales), *times, versions)


def _summary(found: Sequence[Decided], runs: Runs) -> str:
    trained = [each.verdict for each in found if each.claim.settings(runs.scales[0])]
    computed = [each.verdict for each in found if not each.claim.settings(runs.scales[0])]
    sentences = []
    if trained:
        sentences.append(
            f"{len(runs.rows):,} small networks were trained{_places(runs.scales)}, and {_were(trained)} "
            f"decided from them: {_answers(trained)}."
        )
    if computed:
        sentences.append(f"{_were(computed)} decided by computing alone: {_answers(computed)}.")
    return " ".join(sentences)


def _places(scales: Sequence[Scale]) -> str:
    if len(scales) == 1:
        return ""
    tasks = counted(len({scale.data for scale in scales}), "task")
    architectures = counted(len({scale.architecture for scale in scales}), "architecture")
    sets = counted(len({scale.first_seed for scale in scales}), "set")
    return f" on {tasks} in {architectures} with {sets} of seeds"


def _were(verdicts: Sequence[Verdict]) -> str:
    return f"{counted(len(verdicts), 'claim')} {'was' if len(verdicts) == 1 else 'were'}"


def _answers(verdicts: Sequence[Verdict]) -> str:
    found = [verdict.verdict for verdict in verdicts]
    return ", ".join(f"{found.count(answer)} {answer}" for answer in ("supported", "refuted", "undecided"))


def _notices(found: Sequence[Decided], runs: Runs, words: Words) -> tuple[str, ...]:
    notices, scale = [], runs.scales[0]
    if scale.seeds < ENOUGH_TO_RESAMPLE and any(each.claim.settings(scale) for each in found):
        notices.append(
            f"A quick look: with {counted(scale.seeds, 'seed')} a difference cannot be told from noise, so "
            "what needs a test is undecided"
            f"{', and no interval is shown' if scale.seeds < ENOUGH_FOR_AN_INTERVAL else ''}. {words.advice}"
        )
    if any(lacking(each.claim, scale, runs.rows) for each in found for scale in runs.scales):
        notices.append("Some runs failed or were not made; the same command tries them again.")
    return tuple(notices)
