"""A catalogue as one page with a search; it needs nothing from elsewhere."""

from collections.abc import Mapping, Sequence
from importlib import resources

import jinja2

from .entry import Catalogue, Entry, Figure

COMMAND = "python -m experiments.catalogue --workdir=docs"


def html(catalogue: Catalogue, entries: Sequence[Entry], figures: Mapping[str, tuple[Figure, ...]]) -> str:
    """The page: all entries, and a search over them by words and properties.

    Args:
      catalogue: its title, its introduction, and what to search by.
      entries: what is on the page.
      figures: the pictures of each entry by its name.
    """
    files = resources.files("experiments.catalogue")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(files.joinpath("page.html.jinja").read_text("utf-8"))
    used = {name: meaning for name, meaning in catalogue.properties.items() if _anywhere(name, entries)}
    return template.render(
        title=catalogue.title,
        introduction=catalogue.introduction,
        entries=entries,
        figures=figures,
        properties=used,
        meanings={name: meaning for name, meaning in used.items() if meaning},
        style=files.joinpath("page.css").read_text("utf-8"),
        script=files.joinpath("search.js").read_text("utf-8"),
        command=COMMAND,
    )


def _anywhere(name: str, entries: Sequence[Entry]) -> bool:
    return any(name in entry.properties for entry in entries)
