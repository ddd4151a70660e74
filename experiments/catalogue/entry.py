"""What a catalogue says about one thing, and what a catalogue is."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple


class Setting(NamedTuple):
    """An argument that has a default: its name, the default as written, and what it means."""

    name: str
    default: str
    meaning: str


class Entry(NamedTuple):
    """One thing as a catalogue shows it.

    Attributes:
      name: in its registry.
      formula: lines of it.
      source: who published it.
      properties: names to search by.
      facts: (fact, value in words).
      settings: what can be set, where anything can.
    """

    name: str
    formula: tuple[str, ...]
    source: str
    properties: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    settings: tuple[Setting, ...] = ()


class Figure(NamedTuple):
    """A picture: an SVG element, what it shows in words, and a caption, or none."""

    svg: str
    label: str
    caption: str = ""


class Catalogue(NamedTuple):
    """What is special about one catalogue; page and command are the same for all.

    Attributes:
      title: of the page, such as "Catalogue of norms".
      introduction: paragraphs above the search, of plain text.
      properties: everything to search by, in order, each with what it means ("" where its name says it).
      page: the files' name, without an ending.
      measured: name of the file that keeps what was measured.
      names: of all things that are in it.
      measure: name -> what is measured of it, as JSON has it.
      entry: (name, what was measured) -> its entry.
      figures: (name, what was measured) -> its pictures.
      table: the entries as Markdown.
    """

    title: str
    introduction: tuple[str, ...]
    properties: Mapping[str, str]
    page: str
    measured: str
    names: Callable[[], tuple[str, ...]]
    measure: Callable[[str], Any]
    entry: Callable[[str, Any], Entry]
    figures: Callable[[str, Any], tuple[Figure, ...]]
    table: Callable[[Sequence[Entry]], str]
