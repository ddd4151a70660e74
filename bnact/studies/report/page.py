"""A report as one HTML file that needs nothing else: no network, no script, no fonts."""

import base64
import hashlib
import re
from importlib import resources
from typing import NamedTuple

import jinja2

from bnact.studies.claim import Answer, Figure, Finding, Table
from bnact.studies.counted import counted

from .matrix_view import MatrixView
from .wording import MARKS, tally_in_words


class Card(NamedTuple):
    """One verdict at a glance.

    Attributes:
      id: of the section that explains it.
      answer: "supported", "refuted" or "undecided".
      claim: the words as they were said.
      sentence: the answer as a person would say it.
      effect, interval, meaning: the effect with its unit, its interval and of which kind it is, and what
        the effect is; or empty.
      n: paired seeds, or what else `counted` names, in the singular.
      group: the heading it stands under, with those of the same group.
      strata: the answers of all places, by name, where there are several.
    """

    id: str
    answer: Answer
    claim: str
    sentence: str
    effect: str
    interval: str
    meaning: str
    n: int
    counted: str = "seed"
    group: str = ""
    strata: tuple[tuple[str, Answer], ...] = ()

    @property
    def lead(self) -> str:
        """The first sentence, which says the answer."""
        return re.split(r"(?<=[.!?]) (?=[A-Z(])", self.sentence, maxsplit=1)[0]


class Section(NamedTuple):
    """One part of the report; whatever is empty is not shown.

    Attributes:
      id: its address inside the page.
      heading: its title.
      card: the verdict it explains.
      quote, source: the words as they were said, and where.
      paragraphs: (title, text) in the order they are read.
      figures, tables: what was measured.
      findings: what others found, and how it compares.
      rule: how it was decided, in words written before the runs.
      turns: what would change the verdict.
      command: what runs it again.
      links: (text, address) of pages beside this one.
    """

    id: str
    heading: str
    card: Card | None = None
    quote: str = ""
    source: str = ""
    paragraphs: tuple[tuple[str, str], ...] = ()
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    findings: tuple[tuple[Finding, str], ...] = ()
    rule: str = ""
    turns: str = ""
    command: str = ""
    links: tuple[tuple[str, str], ...] = ()


class Page(NamedTuple):
    """A report.

    Attributes:
      title: of the page.
      question: in a sentence.
      summary: what was done, in short.
      sections: its parts; those with a card are listed first, with their verdicts.
      methods: (term, text) that hold for all parts.
      notices: what a reader must know before anything else.
      matrix: the verdicts over tasks and architectures, or None.
    """

    title: str
    question: str
    summary: str
    sections: tuple[Section, ...]
    methods: tuple[tuple[str, str], ...]
    notices: tuple[str, ...] = ()
    matrix: MatrixView | None = None

    @property
    def groups(self) -> dict[str, list[Card]]:
        """The verdicts by the heading they stand under, in the order of the sections."""
        found: dict[str, list[Card]] = {}
        for section in self.sections:
            if section.card is not None:
                found.setdefault(section.card.group, []).append(section.card)
        return found

    @property
    def tally(self) -> dict[Answer, int]:
        """How many verdicts there are of each answer."""
        answers = [card.answer for cards in self.groups.values() for card in cards]
        return {answer: answers.count(answer) for answer in MARKS}


def html(page: Page) -> str:
    """The page as HTML; the same page gives the same text."""
    style = _resource("style.css")
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["image"] = _image
    environment.filters["typeset"] = _typeset
    environment.filters["counted"] = counted
    environment.filters["tallied"] = tally_in_words
    template = environment.from_string(_resource("template.html.jinja"))
    return template.render(page=page, style=style, style_hash=_content_hash(style), marks=MARKS)


def _resource(name: str) -> str:
    return resources.files("bnact.studies.report").joinpath(name).read_text(encoding="utf-8")


def _content_hash(style: str) -> str:
    """What the content security policy calls this style sheet; nothing else is allowed to style the page."""
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


def _image(svg: str) -> str:
    """A drawing as an address that holds the drawing itself."""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def _typeset(text: str) -> str:
    """Text whose lines do not break between a number and its unit, or around an equals sign."""
    return re.sub(
        r"(?<=\d) (?=%|points?\b|seeds?\b)|(?<=\bn) (?== )|(?<==) (?=\d)", "\N{NO-BREAK SPACE}", text
    )
