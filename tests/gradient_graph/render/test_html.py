"""The page's text: what it holds."""

import json
import re

import jax.numpy as jnp
import pytest

from bnact.gradient_graph import trace
from bnact.gradient_graph.render.html import html_of
from bnact.gradient_graph.render.page_data import EMBEDDED, page_data

from .graphs import EVERY, HOSTILE, graph

MINUS = "\u2212"
MARK = '<script type="application/json" id="graph">'


def data(page):
    """The graph in a page, read as a browser does: up to the first end of a script."""
    begin = page.index(MARK) + len(MARK)
    return json.loads(page[begin : page.index("</script", begin)])


@pytest.mark.parametrize("name", EVERY)
def test_a_page_needs_nothing_else_and_its_numbers_are_valid_json(name):
    page = html_of(graph(name))
    found = data(page)
    assert found == json.loads(json.dumps(page_data(graph(name)), allow_nan=False))
    assert len(found["edges"]) == len(graph(name).edges)
    assert not re.search(r'(?:src|href)=|@import|url\((?!#)|https?://(?!www\.w3\.org/2000/svg")', page)
    assert page.count("<script") == page.count("</script>") == 2


def test_what_is_not_finite_is_a_word():
    (log,) = [node for node in page_data(graph("undefined"))["nodes"] if node["name"] == "log"]
    assert log["value"]["rows"] == [["NaN", f"{MINUS}inf", "0.6931", "1.099"]]
    assert log["value"]["statistics"]["NaN"] == "1"


def test_names_are_kept_and_end_nothing():
    page = html_of(graph("hostile"))
    assert [node["name"] for node in data(page)["nodes"]] == ["x", HOSTILE, HOSTILE + "2"]
    assert "<b>" not in page.replace('<b class="', "")


def numbers(tree):
    """How many numbers the largest list of numbers in a tree has."""
    if isinstance(tree, dict):
        rows = [sum(map(len, tree["rows"]))] if "rows" in tree else [0]
        return max([*rows, *map(numbers, tree.values())])
    return max(map(numbers, tree), default=0) if isinstance(tree, list) else 0


def test_large_arrays_are_described_and_not_embedded():
    large = page_data(trace(lambda x: jnp.sum(jnp.tanh(x)), jnp.linspace(-1.0, 1.0, EMBEDDED + 1)))
    assert numbers(large) == 0
    small = page_data(trace(lambda x: jnp.sum(jnp.tanh(x)), jnp.linspace(-1.0, 1.0, EMBEDDED)))
    assert numbers(small) == EMBEDDED


def test_products_are_shown_number_by_number():
    edges = {edge["name"]: edge for edge in page_data(graph("undefined"))["edges"]}
    assert edges["e1"]["products"][2:] == ["1 × 0.5 = 0.5", "1 × 0.3333 = 0.3333"]
