"""A browser for the tests of the page."""

import pytest

from bnact.gradient_graph.render.html import html_of


@pytest.fixture
def opened(browser):
    """Opens a graph's page; fails if the page said something on its console."""
    pages, said = [], []

    def open_page(shown, width=1280):
        page = browser.new_page(viewport={"width": width, "height": 800}, reduced_motion="reduce")
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.set_content(html_of(shown))
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.close()
    assert said == []
