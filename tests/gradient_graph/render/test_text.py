"""The graph for a terminal."""

import numpy as np
import pytest

from bnact.gradient_graph.render.table import COLUMNS, Row, table_lines
from bnact.gradient_graph.render.text import text_of

from .graphs import EVERY, chain, graph

BOOK = """\
integer_pow = 25, 6 values, 5 edges

Forward
name         formula         value  line
v            input           0
x            input           2
y            input           5
prediction   v * x           0      graphs.py:LINE
error        prediction - y  -5     graphs.py:LINE
integer_pow  error**2        25     graphs.py:LINE

Backward, from integer_pow to the inputs
edge  from        -> to           value  local  upstream  gradient
e5    error       -> integer_pow  -5     -10    1         1 x -10 = -10
e4    y           -> error        5      -1     -10       -10 x -1 = 10
e3    prediction  -> error        0      1      -10       -10 x 1 = -10
e2    x           -> prediction   2      0      -10       -10 x 0 = 0
e1    v           -> prediction   0      2      -10       -10 x 2 = -20

Gradients of the inputs
input  gradient
v      -20
x      0
y      10
"""


def test_the_books_example_reads_as_in_the_book():
    lines = [line.partition("graphs.py:")[0].rstrip() for line in text_of(graph("book")).splitlines()]
    assert lines == [line.partition("graphs.py:")[0].rstrip() for line in BOOK.splitlines()]


def test_a_value_used_twice_shows_its_contributions_and_their_sum():
    text = text_of(graph("twice"))
    # total is -8; by b: 2 total (x + 1), once by way of the product and once directly.
    assert "b      -16 - 48 = -64 (" in text
    assert "\nb      -64\n" in text


def test_small_jacobians_and_arrays_are_written_out():
    text = text_of(graph("steps"))
    assert "local     [[0, 0, 1]]" in text
    assert "local     [[0], [1], [0]]" in text
    assert "\n      value     [0.7616, -0.1186, 0.1884]" in text


def test_arrays_are_described_in_columns():
    text = text_of(graph("layer"))
    assert "(2, 4)" in text
    (head,) = [line for line in text.splitlines() if line.startswith("name")]
    assert head.split() == ["name", "formula", "value", "mean", "std", "min", "max", "line"]


def test_what_is_not_finite_is_shown():
    text = text_of(graph("undefined"))
    assert "reduce_sum = NaN" in text
    assert "[-1, inf, 0.5, 0.3333]" in text


@pytest.mark.parametrize("name", EVERY)
def test_every_edge_and_value_is_there_and_no_row_is_too_wide(name):
    lines = text_of(graph(name)).splitlines()
    begins = [line.split()[0] for line in lines if line.strip()]
    assert {edge.name for edge in graph(name).edges} <= {*begins}
    if name != "hostile":
        assert max(map(len, lines)) <= COLUMNS


def test_what_is_cut_keeps_its_end():
    (_, line) = table_lines(("a", "b"), [Row(("x" * 120 + "_17", "kept"))], (0,))
    assert len(line) == COLUMNS
    assert line.endswith("_17  kept")
    assert "..." in line


def test_ten_thousand_values_are_written_one_a_line():
    text = text_of(chain([f"value_{number}" for number in range(10_000)]))
    assert "\nvalue_9999  twice(value_9998)  1      file.py:1\n" in text
    assert text.count("1 x 1 = 1") == 10_000


def test_a_graph_without_edges_is_written():
    alone = chain(["y"])
    bare = type(alone)(**{**vars(alone), "edges": (), "gradients": {"x": np.zeros(())}})
    assert "x      0" in text_of(bare)
