"""The gradient graph as one page that needs nothing else: no network, no library, no fonts."""

import html
import json
from importlib import resources
from string import Template

from bnact.gradient_graph.graph import GradientGraph

from .page_data import page_data
from .text import text_of

# In the order they are read: what a script begins with stands before it.
_SCRIPTS = (
    "folding.js",
    "layers.js",
    "placing.js",
    "layout.js",
    "drawing.js",
    "labels.js",
    "frames.js",
    "view.js",
    "panel.js",
    "player.js",
    "choosing.js",
    "page.js",
    "listening.js",
)

# The tables of a larger graph are too long to be read on a page.
_NODES_AS_TEXT = 400


def html_of(graph: GradientGraph) -> str:
    """A page with the graph, on which the backward pass can be played edge by edge.

    Args:
      graph: as `trace` returns it.

    Returns:
      An HTML document.
    """
    files = resources.files("bnact.gradient_graph.render")

    def read(name: str) -> str:
        return files.joinpath(name).read_text("utf-8")

    tables = text_of(graph) if len(graph.nodes) <= _NODES_AS_TEXT else "This graph is too large to be listed."
    return Template(read("page.html")).substitute(
        title=html.escape(f"The gradient of {graph.output}"),
        style=read("page.css"),
        # Inside a script nothing is escaped, and "</script>" or "<!--" would end or change it.
        data=json.dumps(page_data(graph), allow_nan=False, separators=(",", ":")).replace("<", "\\u003c"),
        script="\n".join(read(name) for name in _SCRIPTS),
        text=html.escape(tables),
    )
