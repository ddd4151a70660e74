"""What the docstring of a norm's factory says: its title, its formula, its settings, its source."""

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple


class Documented(NamedTuple):
    """The parts of a docstring.

    Attributes:
      title: what stands before the first colon.
      formula: what stands after it in the first line, then the lines that are set apart.
      settings: argument -> its description.
      source: what follows "Source:".
    """

    title: str
    formula: tuple[str, ...]
    settings: Mapping[str, str]
    source: str


def documented(factory: Callable[..., Any]) -> Documented:
    """The parts of a factory's docstring, which begins "Title: formula." and ends "Source: ...".

    Raises:
      ValueError: it has no formula or no source.
    """
    text = inspect.getdoc(factory) or ""
    body, _, rest = (
        text.partition("\n\nArgs:\n") if "\n\nArgs:\n" in text else text.partition("\n\nReturns:\n")
    )
    first, *paragraphs = body.split("\n\n")
    title, _, formula = first.partition(": ")
    _, _, source = rest.partition("Source: ")
    if not formula or not source:
        raise ValueError(
            f"{factory.__name__}: the docstring must begin 'Title: formula.' and end 'Source: ...'; got "
            f"{first!r} and {'a' if source else 'no'} source; use those of batch_norm as a pattern"
        )
    apart = [
        line for paragraph in paragraphs if paragraph.startswith("    ") for line in paragraph.split("\n")
    ]
    lines = (_joined(formula).removesuffix("."), *(_joined(line).removesuffix(",") for line in apart))
    arguments = rest.partition("\n\n")[0] if "\n\nArgs:\n" in text else ""
    return Documented(title, lines, _settings(arguments), _joined(source))


def _settings(arguments: str) -> dict[str, str]:
    found = re.findall(r"^  (\w+): (.*(?:\n    .*)*)", arguments, re.MULTILINE)
    return {name: _joined(meaning) for name, meaning in found}


def _joined(text: str) -> str:
    return " ".join(text.split())
