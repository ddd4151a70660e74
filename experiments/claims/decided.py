"""From the runs of a study to the verdicts on its claims, one for every stratum and set of seeds."""

import math

from bnact.studies.claim import Claim, Scale, Verdict
from bnact.studies.matrix import Decided, Stratum, matrix_of, overall, stratum_of
from bnact.studies.rows import Rows
from bnact.training.setting import Setting

from .asked import Asked
from .scale import lacking, own_rows


def decided(asked: Asked, rows: Rows) -> tuple[Decided, ...]:
    """What the runs say about every claim that was asked for.

    Args:
      asked: claims and scales.
      rows: all runs that are done.

    Returns:
      The claims in their order.
    """
    return tuple(_decided(claim, asked.scales, rows) for claim in asked.claims)


def _decided(claim: Claim, scales: tuple[Scale, ...], rows: Rows) -> Decided:
    # A claim that needs the same runs at several scales, or none at all, is decided once.
    needed = [claim.settings(scale) for scale in scales]
    first: dict[tuple[Setting, ...], Scale] = {}
    for settings, scale in zip(needed, scales, strict=True):
        first.setdefault(settings, scale)
    own = tuple(first.values())
    matrix = matrix_of(own, [verdict_on(claim, scale, rows) for scale in own])
    runs_of: dict[Stratum, Stratum] = {}
    for settings, scale in zip(needed, scales, strict=True):
        runs_of.setdefault(stratum_of(scale), stratum_of(first[settings]))
    return Decided(claim, overall(matrix, claim.quantifier), matrix, runs_of)


def verdict_on(claim: Claim, scale: Scale, rows: Rows) -> Verdict:
    """A claim's verdict; undecided as long as a run it needs is missing.

    Args:
      claim: the claim.
      scale: what it asked for.
      rows: all runs.

    Returns:
      The verdict.
    """
    missing, needed = lacking(claim, scale, rows), len(claim.settings(scale))
    if not missing:
        return claim.decide(own_rows(claim, scale, rows))
    sentence = (
        f"Not decided: {missing:,} of the {needed:,} runs it needs {'is' if missing == 1 else 'are'} missing."
    )
    nothing = math.nan
    return Verdict(claim.id, claim.text, claim.source, "undecided", nothing, nothing, nothing, 0, sentence)
