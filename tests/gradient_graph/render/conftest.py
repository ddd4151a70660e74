"""A browser for the tests of the page."""

import shutil

import pytest

from bnact.gradient_graph.render.html import html_of


@pytest.fixture(scope="module")
def browser():
    """A browser without a window; where there is none, these tests are left out."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        pytest.skip("no browser is installed")
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()


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
