"""The catalogue: what it says of an activation, its search, and that the documentation has today's."""

import json
import shutil
from pathlib import Path

import pytest

from bnact.activations import ACTIVATIONS, get, names_with
from experiments.catalogue import __main__ as command
from experiments.catalogue.entry import Accuracy, entry_of, facts_of
from experiments.catalogue.page import html, markdown
from experiments.catalogue.picture import picture
from experiments.command import exit_code

DOCS = Path(__file__).parents[2] / "docs"
NAMES = ("relu", "tanh", "gelu", "sigmoid", "softplus")


def entries(names=NAMES):
    return [entry_of(get(name), Accuracy(0.5, 1.25), picture(get(name))) for name in names]


def test_the_facts_in_words():
    facts = facts_of(get("relu"))
    assert facts["range"] == "[0, ∞)"
    assert facts["at −∞ and ∞"] == "0 and ∞"
    assert facts["kinks at"] == "0; there the left derivative is used"
    assert facts["slope exactly 0 on"] == "(−∞, 0]"
    assert facts["monotone"] == "nowhere decreasing"
    assert "inverse" not in facts
    assert facts_of(get("tanh"))["inverse"] == "on (−1, 1)"
    assert facts_of(get("gelu"))["range"] == "[−0.169971, ∞)"


def test_the_same_picture_every_time():
    assert picture(get("gelu")) == picture(get("gelu"))
    assert picture(get("gelu")) != picture(get("silu"))


def test_no_two_pictures_share_the_names_of_their_parts():
    page = html(entries())
    names = [part.split('"')[0] for part in page.split('id="')[1:]]
    assert len(names) == len(set(names))


def test_the_table_has_a_row_for_each_and_the_properties():
    table = markdown(entries())
    assert "| `tanh` | " in table
    assert "value 0.5, derivative 1.2" in table
    assert "| odd | `tanh` |" in table


def test_the_catalogue_of_the_documentation_is_todays():
    errors = command.read_errors(DOCS / command.MEASURED)
    made = [entry_of(act, errors[name], "") for name, act in ACTIVATIONS.items()]
    assert (DOCS / "catalogue.md").read_text("utf-8") == markdown(made)
    page = (DOCS / "catalogue.html").read_text("utf-8")
    assert all(f'<article id="{name}"' in page for name in ACTIVATIONS)


def test_errors_that_lack_an_activation_are_refused(tmp_path, capsys):
    (tmp_path / command.MEASURED).write_text(json.dumps({"relu": [0.0, 0.0]}))
    assert exit_code(command.COMMAND, ["catalogue", f"--workdir={tmp_path}", "--nomeasure"]) == 2
    assert "must have every activation; it lacks " in capsys.readouterr().err


def test_the_command_writes_page_table_and_errors(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "ACTIVATIONS", {"tanh": get("tanh")})
    assert exit_code(command.COMMAND, ["catalogue", f"--workdir={tmp_path}"]) == 0
    errors = json.loads((tmp_path / command.MEASURED).read_text())
    assert 0.0 < errors["tanh"][0] <= 4.0
    assert {path.name for path in tmp_path.iterdir()} == {"catalogue.html", "catalogue.md", command.MEASURED}


@pytest.fixture(scope="module")
def browser():
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        pytest.skip("no browser is installed")
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()


def test_the_search_by_property_and_word(browser, tmp_path):
    (tmp_path / "page.html").write_text(html(entries(tuple(ACTIVATIONS))), "utf-8")
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto((tmp_path / "page.html").as_uri())
    wanted = ("monotone", "smooth", "bounded below")
    for name in wanted:
        page.check(f'input[value="{name}"]')
    shown = page.eval_on_selector_all("article:not([hidden])", "found => found.map(each => each.id)")
    assert tuple(shown) == names_with(*wanted)
    page.fill("#words", "dugas log")
    assert page.inner_text("#count") == f"1 of {len(ACTIVATIONS)}"
    page.fill("#words", "nothing like it")
    assert page.is_visible("#nothing")
    page.click("button")
    page.wait_for_function(f"document.querySelectorAll('article:not([hidden])').length == {len(ACTIVATIONS)}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()
