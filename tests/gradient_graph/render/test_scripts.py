"""The scripts of the page: how they are written, and what those of its layout compute."""

import itertools
import json
from importlib import resources

import numpy as np
import pytest

from bnact.gradient_graph.render.html import html_of

from .graphs import graph

FILES = resources.files("bnact.gradient_graph.render")
SCRIPTS = sorted(each.name for each in FILES.iterdir() if each.name.endswith(".js"))
MOST_COLUMNS, MOST_LINES = 110, 250


@pytest.fixture(scope="module")
def called(browser):
    """Calls a function of a script, by its name."""
    page = browser.new_page()
    for name in ("layers.js", "placing.js"):
        page.add_script_tag(content=read(name))
    yield lambda function, *arguments: page.evaluate(f"{function}(...{json.dumps(arguments)})")
    page.close()


def read(name):
    return FILES.joinpath(name).read_text("utf-8")


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_is_as_narrow_and_short_as_any_other_file(name):
    lines = read(name).splitlines()
    assert [line for line in lines if len(line) > MOST_COLUMNS] == []
    assert len(lines) <= MOST_LINES


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_script_is_on_the_page(name):
    assert read(name).splitlines()[0] in html_of(graph("book"))


def nearest_in_order(values, weights):
    """Least squares among nondecreasing lists: its pools are consecutive, so all ways to cut are tried."""
    count, best = len(values), (np.inf, [])
    for cuts in itertools.product([False, True], repeat=count - 1):
        borders = [0, *(place + 1 for place, cut in enumerate(cuts) if cut), count]
        found = [
            mean
            for begin, end in itertools.pairwise(borders)
            for mean in [np.average(values[begin:end], weights=weights[begin:end])] * (end - begin)
        ]
        if np.all(np.diff(found) >= 0):
            best = min(best, (float(np.sum(weights * (values - found) ** 2)), found))
    return best[1]


@pytest.mark.parametrize("seed", range(8))
def test_places_in_order_are_the_nearest_to_those_wished_for(called, seed):
    rng = np.random.default_rng(seed)
    values, weights = rng.normal(size=1 + seed), rng.choice([1.0, 4.0], 1 + seed)
    wishes = [{"value": v, "weight": w} for v, w in zip(values, weights, strict=True)]
    np.testing.assert_allclose(called("nondecreasing", wishes), nearest_in_order(values, weights), atol=1e-12)


@pytest.mark.parametrize("seed", range(6))
def test_crossings_are_counted_as_pairs_of_lines(called, seed):
    rng = np.random.default_rng(seed)
    ends = [rng.integers(0, 6, rng.integers(0, 5)).tolist() for _ in range(5)]
    lines = [(begin, end) for begin, each in enumerate(ends) for end in each]
    pairs = itertools.combinations(lines, 2)
    expected = sum((one[0] - other[0]) * (one[1] - other[1]) < 0 for one, other in pairs)
    layer = [{"after": [{"rank": end} for end in each]} for each in ends]
    assert called("crossings", [layer]) == expected


def test_without_lines_nothing_crosses(called):
    assert called("crossings", [[{"after": []}], []]) == 0
