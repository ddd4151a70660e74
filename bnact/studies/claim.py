"""A claim as it was said, how it is decided, and what came out."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple

from bnact.training.setting import Setting

from .rows import Rows

Answer = Literal["supported", "refuted", "undecided"]

Quantifier = Literal["everywhere", "somewhere"]
"""Where a claim says it holds: one place refutes an "everywhere", and one supports a "somewhere"."""


class Scale(NamedTuple):
    """On what, and how much is trained.

    Attributes:
      seeds: runs of each setting and learning rate.
      steps: steps of each run.
      learning_rates: the values the best is chosen from, in each cell.
      depths: of the networks, see `Setting.depth`.
      data: name of the task's dataset.
      architecture: name in `bnact.training.ARCHITECTURES`.
      first_seed: the seeds are this one and those that follow.
    """

    seeds: int
    steps: int
    learning_rates: tuple[float, ...]
    depths: tuple[int, ...]
    data: str = "digits"
    architecture: str = "mlp"
    first_seed: int = 0


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


class Finding(NamedTuple):
    """What somebody else found on the same question.

    Attributes:
      source: authors, title, year.
      setting: on what they found it.
      found: with their numbers.
      answer: what their numbers say of the claim by which it stands.
      agrees: beside an answer of this study that is the same.
      differs: beside another: why it may be another.
    """

    source: str
    setting: str
    found: str
    answer: Answer
    agrees: str
    differs: str

    def compared(self, answer: Answer) -> str:
        """How theirs compares with this study's answer: the text is chosen by whether they are the same."""
        if answer == self.answer:
            return f"Theirs says the same, {answer}. {self.agrees}"
        return f"Here it is {answer}; by theirs it would be {self.answer}. {self.differs}"


class Costs(NamedTuple):
    """What things cost on the machine at hand: measured once in a work directory; it decides nothing.

    Attributes:
      value: seconds for an activation's value on (64, 64) float32 numbers, by its name.
      gradient: for its value and gradient.
      step: for one training step of the network "activation, norm, order" of eight layers of 64 units.
    """

    value: Mapping[str, float]
    gradient: Mapping[str, float]
    step: Mapping[str, float]


BEST_ON_VALIDATION = "the learning rate that is best on validation data"


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
      turns: what would change the verdict.
      literature: what others found.
      chosen: at which learning rate the runs are shown, in words that follow "results are shown at".
      computed: how a claim without runs is decided, in words that follow "No network was trained:".
      clock: a further table from those rows and from measured times; no verdict depends on it.
      quantifier: what it takes of several tasks and architectures to support or refute it.
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
    turns: str = ""
    literature: tuple[Finding, ...] = ()
    chosen: str = BEST_ON_VALIDATION
    computed: str = "the claim is decided by computing, with 64-bit floats"
    clock: Callable[[Rows, Costs], Table] | None = None
    quantifier: Quantifier = "everywhere"
