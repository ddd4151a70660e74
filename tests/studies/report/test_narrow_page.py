"""The report on a phone and on a desk, in a browser where there is one."""

import io

import matplotlib.image
import pytest

from bnact.studies.claim import Table
from bnact.studies.report import Page, Section, html

TITLE = "A title that is far too long for one line of a telephone, and goes on for a while after that"
WIDE = Table(TITLE, tuple("abcdef"), (("a number of words that stand on one line",) * 6,))
COMMAND = f".venv/bin/python -m experiments.sweep {'--flag=value ' * 20}"


def opened(browser, width, table=WIDE):
    page = browser.new_page(viewport={"width": width, "height": 800})
    section = Section("a", TITLE, tables=(table,), command=COMMAND)
    page.set_content(html(Page(TITLE, TITLE, TITLE, (section,), ())))
    return page


@pytest.mark.parametrize("width", [390, 1280])
def test_only_what_is_wide_scrolls_sideways_and_titles_wrap(browser, width):
    page = opened(browser, width)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    (title,) = page.query_selector_all(".title")
    box = title.bounding_box()
    assert box["x"] + box["width"] <= width
    assert (box["height"] > 50) == (width == 390), "two lines or more where one does not hold it"
    for name in ("[role=region]", "pre"):
        assert page.eval_on_selector(name, "each => each.scrollWidth > each.clientWidth"), name
    page.close()


def edges(region):
    """Whether the left and the right edge of the last row of a table are dark."""
    picture = matplotlib.image.imread(io.BytesIO(region.screenshot()), format="png")[-12, :, :3].mean(axis=-1)
    return bool(picture[3] < 0.9), bool(picture[-4] < 0.9)


def test_what_is_cut_off_has_a_shadow_at_that_edge_and_nothing_else_has(browser):
    page = opened(browser, 390)
    region = page.query_selector("[role=region]")
    found = []
    for place in (0, 300, 10_000):
        region.evaluate("(each, place) => { each.scrollLeft = place }", place)
        found.append(edges(region))
    assert found == [(False, True), (True, True), (True, False)]
    page.close()
    page = opened(browser, 390, Table(TITLE, ("a",), (("words",),)))
    assert edges(page.query_selector("[role=region]")) == (False, False)
    page.close()
