"""A report as Markdown, for a repository or a wiki: its words and tables, without its figures."""

from importlib import resources

import jinja2

from bnact.studies.counted import counted

from .page import Page
from .wording import MARKS, tally_in_words


def markdown(page: Page) -> str:
    """The page as Markdown; the same page gives the same text.

    Args:
      page: the report.

    Returns:
      Headings, tables and lists. Figures are left out: they are in the HTML of the same page.
    """
    environment = jinja2.Environment(
        autoescape=False,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["cell"] = _cell
    environment.filters["counted"] = counted
    environment.filters["tallied"] = tally_in_words
    text = resources.files("bnact.studies.report").joinpath("markdown.jinja").read_text(encoding="utf-8")
    return environment.from_string(text).render(page=page, marks=MARKS)


def _cell(text: str) -> str:
    """Text that cannot end its cell of a table, nor be taken for HTML."""
    plain = " ".join(text.split())
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|")
