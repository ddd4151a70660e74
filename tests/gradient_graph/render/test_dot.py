"""The graph in Graphviz' language, read back by its grammar."""

import re
import shutil
import subprocess

import pytest

from bnact.gradient_graph.render.dot import dot_of
from bnact.gradient_graph.render.formula import formula_of

from .graphs import EVERY, HOSTILE, graph

STRING = r'"(?:[^"\\\n]|\\.)*"'
VALUE = rf"(?:{STRING}|[\w.]+)"
ATTRIBUTES = rf"\[\w+={VALUE}(?:, \w+={VALUE})*\]"
STATEMENTS = {
    "node": rf"(?P<name>n\d+) {ATTRIBUTES};",
    "edge": rf"(?P<ends>n\d+ -> n\d+) {ATTRIBUTES};",
    "default": rf"(?:graph|node|edge) {ATTRIBUTES};",
    "open": r"subgraph cluster_\d+ \{|digraph gradient_graph \{",
    "label": rf"label={STRING};",
    "close": r"\}",
}


def statements(text):
    """Each line's kind and text; every line must be one of the grammar's."""
    for line in filter(None, map(str.strip, text.split("\n"))):
        kinds = [kind for kind, pattern in STATEMENTS.items() if re.fullmatch(pattern, line)]
        assert len(kinds) == 1, line
        yield kinds[0], line


@pytest.mark.parametrize("name", EVERY)
def test_every_line_is_a_statement_and_every_bracket_is_closed(name):
    found = list(statements(dot_of(graph(name))))
    kinds = [kind for kind, _ in found]
    assert kinds.count("open") == kinds.count("close")
    assert kinds.count("node") == len(graph(name).nodes)
    solid = [line for kind, line in found if kind == "edge" and "style=dashed" not in line]
    assert len(solid) == len(graph(name).edges)


@pytest.mark.parametrize("broken", ['n1 [label="a"b"];', "n1 -> [label=x];", 'n1 [label="a\\"];'])
def test_a_broken_line_is_caught(broken):
    with pytest.raises(AssertionError):
        list(statements(broken))


def test_edges_show_the_value_down_and_the_gradient_up():
    assert 'n0 -> n3 [label="e1: 0 ↓\\n-20 ↑"' in dot_of(graph("book"))


def test_what_carries_no_gradient_is_dashed():
    found = graph("with_constant")
    nodes = {node.name: node for node in found.nodes}
    dashed = [line for _, line in statements(dot_of(found)) if "style=dashed" in line]
    carried = {(edge.source, edge.target, edge.operand) for edge in found.edges}
    operands = [
        (operand, node.name, place) for node in found.nodes for place, operand in enumerate(node.operands)
    ]
    assert len(dashed) == len({each[:2] for each in operands if each not in carried}) > 0
    assert any("constant(2, 4)" in formula_of(node, nodes) for node in found.nodes)


def test_steps_are_clusters():
    text = dot_of(graph("steps"))
    assert [f'label="step {number}"' in text for number in range(4)] == [True, True, True, False]


def test_names_are_escaped():
    escaped = HOSTILE.replace("\\", "\\\\").replace('"', '\\"').replace("\u2028", " ")
    assert f'label="{escaped}' in dot_of(graph("hostile"))


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
@pytest.mark.parametrize("name", EVERY)
def test_graphviz_reads_it(name):
    subprocess.run(["dot", "-Tsvg"], input=dot_of(graph(name)), text=True, capture_output=True, check=True)
