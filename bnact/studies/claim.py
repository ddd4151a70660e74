"""A claim as it was said, how it is decided, and what came out."""

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from bnact.training.setting import Setting

from .rows import Rows

Answer = Literal["supported", "refuted", "undecided"]


class Scale(NamedTuple):
    """How much is trained.

    Attributes:
      seeds: runs of each setting and learning rate.
      steps: steps of each run.
      learning_rates: the values the best is chosen from, in each cell.
      depths: hidden layers.
    """

    seeds: int
    steps: int
    learning_rates: tuple[float, ...]
    depths: tuple[int, ...]


class Verdict(NamedTuple):
    """What the runs, or a computation without any, say about a claim; one entry of verdicts.json.

    Attributes:
      id, claim, source: of the claim.
      verdict: "supported", "refuted" or "undecided".
      effect: the deciding effect, in the claim's quantity; NaN if nothing was measured.
      low, high: interval of the effect, of the kind that the claim's `Quantity.interval` names; NaN where
        there are too few seeds for one. Both are the effect itself where it was computed exactly.
      n: paired seeds behind it, or what else the claim's `Quantity.counted` names.
      sentence: what a person would say.
    """

    id: str
    claim: str
    source: str
    verdict: Answer
    effect: float
    low: float
    high: float
    n: int
    sentence: str


class Quantity(NamedTuple):
    """What an effect is.

    Attributes:
      meaning: in words.
      unit: "points", "%", or "" for a number without one.
      factor: brings the effect to that unit.
      interval: of which kind its interval is: "corrected interval" is at the level that Holm's procedure
        leaves to the comparison that decides; "exact" is a number that was computed, without an interval.
      counted: what the verdict's n counts, in the singular.
    """

    meaning: str
    unit: str
    factor: float
    interval: str = "corrected interval"
    counted: str = "seed"


class Panel(NamedTuple):
    """One drawing: its title, the same in words for who cannot see it, and the drawing as SVG."""

    title: str
    alternative: str
    svg: str


class LegendEntry(NamedTuple):
    """One kind of line in a figure: what it stands for, and its swatch as SVG."""

    label: str
    svg: str


class Figure(NamedTuple):
    """Panels that share a legend and a caption."""

    caption: str
    legend: tuple[LegendEntry, ...]
    panels: tuple[Panel, ...]


class Table(NamedTuple):
    """Text in rows and columns.

    Attributes:
      caption: what it shows.
      columns: headings.
      rows: one text for each column, in the order they are shown.
      notes: remarks below the table.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


class Claim(NamedTuple):
    """A sentence somebody said, and everything needed to decide it.

    Attributes:
      id: name of the claim, as commands take it.
      text, source: the words as they were said, and where.
      why: why it matters to a person who trains networks.
      rule: how the runs decide, in words written before them.
      quantity: what the verdict's effect is.
      settings: the runs it needs at a scale; none for a claim that is decided by computing alone.
      decide, figures, table: made from the rows of those runs.
    """

    id: str
    text: str
    source: str
    why: str
    rule: str
    quantity: Quantity
    settings: Callable[[Scale], tuple[Setting, ...]]
    decide: Callable[[Rows], Verdict]
    figures: Callable[[Rows], Sequence[Figure]]
    table: Callable[[Rows], Table]
