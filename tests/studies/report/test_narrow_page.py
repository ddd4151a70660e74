"""The report on a phone and on a desk, in a browser where there is one."""

import io
import re

import matplotlib.image
import numpy as np
import pytest

from bnact.studies import Rows
from bnact.studies.claim import Answer, Table
from bnact.studies.report import Page, Section, html
from bnact.studies.report.claim_section import Shown, claim_section
from bnact.studies.report.matrix_view import matrix_view
from tests.studies.report.made_up_claims import SCALES, decided

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


def full_page():
    """Three claims over four places, as a full study shows them."""
    found = (
        decided("one_place_differs", "ss", "ss", "su", "sr"),
        decided("it_flips", "ss", "rr", "ss", "uu"),
        decided("computed", "s"),
    )
    strata: tuple[tuple[str, Answer], ...] = (
        ("digits, mlp", "supported"),
        ("digits, residual_mlp", "refuted"),
    )
    sections = tuple(
        claim_section(each.claim, each.verdict, Shown(Rows(), COMMAND, group="group", strata=strata))
        for each in found
    )
    return html(Page(TITLE, TITLE, TITLE, sections, (("term", TITLE),), matrix=matrix_view(found, SCALES)))


@pytest.mark.parametrize("width", [390, 1280])
def test_a_full_report_fits_and_each_verdict_leads_to_its_page_and_back(browser, width):
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.set_content(full_page())
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.click(".verdicts a >> nth=1")
    assert page.evaluate("document.querySelector(':target').id") == "it_flips"
    page.click("#it_flips .turn a >> nth=0")
    assert page.evaluate("document.querySelector(':target').id") == "verdict-it_flips"
    page.close()


def test_on_a_phone_the_claims_stay_in_sight_while_the_matrix_is_moved(browser):
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.set_content(full_page())
    name = "#matrix tbody th >> nth=0"
    before = page.locator(name).bounding_box()
    page.eval_on_selector("#matrix .scroll", "each => { each.scrollLeft = 60 }")
    assert page.eval_on_selector("#matrix .scroll", "each => each.scrollLeft") > 0
    assert page.locator(name).bounding_box()["x"] == before["x"]
    page.close()


def test_where_the_keyboard_is_can_be_seen(browser):
    page = browser.new_page()
    page.set_content(full_page())
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.close()


def luminance(colour):
    """Relative luminance of "rgb(r, g, b)", as the guidelines for contrast define it."""
    parts = np.array([float(part) for part in re.findall(r"[\d.]+", colour)[:3]]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_answer_is_readable_in_light_and_dark(browser, scheme):
    page = browser.new_page(color_scheme=scheme)
    page.set_content(full_page())
    look = "each => [getComputedStyle(each).color, getComputedStyle(each).backgroundColor]"
    for name in (
        "body",
        ".badge",
        "#matrix .cell.supported",
        "#matrix .cell.refuted",
        "#matrix .cell.undecided",
    ):
        low, high = sorted(map(luminance, page.eval_on_selector(name, look)))
        assert (high + 0.05) / (low + 0.05) >= 4.5, name
    page.close()


def test_on_paper_each_claim_begins_a_page(browser):
    page = browser.new_page()
    page.set_content(full_page())
    page.emulate_media(media="print")
    breaks = page.eval_on_selector_all(
        ".claim-page", "all => all.map(each => getComputedStyle(each).breakBefore)"
    )
    assert breaks == ["page"] * 5
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf())) >= 6
    page.close()
