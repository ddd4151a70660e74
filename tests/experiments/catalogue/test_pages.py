"""The pages of the catalogues: that the documentation has today's, their search, and the command."""

import json
import re
from pathlib import Path

import pytest

from bnact.activations import names_with
from experiments.catalogue import __main__ as command
from experiments.catalogue.kept import read_kept
from experiments.catalogue.page import html
from experiments.command import exit_code

DOCS = Path(__file__).parents[3] / "docs"
each_catalogue = pytest.mark.parametrize("catalogue", command.CATALOGUES.values(), ids=lambda each: each.page)


def without_figures(page):
    return re.sub(r"\n\s*<figure>.*?</figure>", "", page, flags=re.DOTALL)


@each_catalogue
def test_the_documentation_has_todays_facts(catalogue):
    kept = read_kept(catalogue, DOCS)
    entries = [catalogue.entry(name, value) for name, value in kept.items()]
    assert (DOCS / f"{catalogue.page}.md").read_text("utf-8") == catalogue.table(entries)
    committed = (DOCS / f"{catalogue.page}.html").read_text("utf-8")
    assert without_figures(committed) == html(catalogue, entries, dict.fromkeys(kept, ()))


@each_catalogue
def test_every_picture_has_words_and_no_two_parts_a_name(catalogue):
    page = (DOCS / f"{catalogue.page}.html").read_text("utf-8")
    assert len(re.findall(r'role="img" aria-label="[^"]{9,}"', page)) == page.count('class="picture"')
    assert page.count('class="picture"') >= len(catalogue.names())
    names = re.findall(r'\bid="([^"]+)"', page)
    assert len(names) == len(set(names))


@each_catalogue
def test_a_page_needs_nothing_from_elsewhere(catalogue):
    page = (DOCS / f"{catalogue.page}.html").read_text("utf-8")
    assert re.findall(r'(?:src|href)="(?!#)([^"]+)"', page) == []
    assert "@import" not in page


@each_catalogue
def test_measurements_that_lack_an_entry_are_refused(catalogue, tmp_path, capsys):
    (tmp_path / catalogue.measured).write_text(json.dumps({catalogue.names()[0]: []}))
    of = next(name for name, each in command.CATALOGUES.items() if each is catalogue)
    arguments = ["catalogue", f"--workdir={tmp_path}", "--nomeasure", f"--of={of}"]
    assert exit_code(command.COMMAND, arguments) == 2
    assert "must have every entry of the registry; it lacks " in capsys.readouterr().err


def test_a_catalogue_that_there_is_not_is_refused(tmp_path, capsys):
    assert exit_code(command.COMMAND, ["catalogue", f"--workdir={tmp_path}", "--of=norm"]) == 2
    assert "of: must be among activations, norms; got norm; use --of=norms" in capsys.readouterr().err


@pytest.mark.slow
def test_the_command_measures_and_writes_page_table_and_measurements(tmp_path, monkeypatch):
    few = {"activations": ("tanh",), "norms": ("rms", "weights.weight")}
    made = {name: command.CATALOGUES[name]._replace(names=lambda name=name: few[name]) for name in few}
    monkeypatch.setattr(command, "CATALOGUES", made)
    assert exit_code(command.COMMAND, ["catalogue", f"--workdir={tmp_path}"]) == 0
    errors = json.loads((tmp_path / "measured_errors.json").read_text())
    assert 0.0 < errors["tanh"][0] <= 4.0
    files = {f"{page}.{kind}" for page in ("catalogue", "norm_catalogue") for kind in ("html", "md")}
    assert {path.name for path in tmp_path.iterdir()} == files | {
        "measured_errors.json",
        "measured_norms.json",
    }
    before = (tmp_path / "norm_catalogue.html").read_bytes()
    assert (
        exit_code(command.COMMAND, ["catalogue", f"--workdir={tmp_path}", "--nomeasure", "--of=norms"]) == 0
    )
    assert (tmp_path / "norm_catalogue.html").read_bytes() == before


def opened_page(browser, catalogue, width):
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto((DOCS / f"{catalogue.page}.html").as_uri())
    return page


def shown(page):
    return page.eval_on_selector_all("article:not([hidden])", "found => found.map(each => each.id)")


@each_catalogue
@pytest.mark.parametrize("width", [390, 1280])
def test_a_page_never_scrolls_sideways(catalogue, width, browser):
    page = opened_page(browser, catalogue, width)
    page.eval_on_selector_all("details", "found => found.forEach(each => { each.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_the_search_for_an_activation_by_property_and_word(browser):
    catalogue = command.CATALOGUES["activations"]
    page = opened_page(browser, catalogue, 390)
    wanted = ("monotone", "smooth", "bounded below")
    for name in wanted:
        page.check(f'input[value="{name}"]')
    assert tuple(shown(page)) == names_with(*wanted)
    page.fill("#words", "dugas log")
    assert page.inner_text("#count") == f"1 of {len(catalogue.names())}"
    page.fill("#words", "nothing like it")
    assert page.is_visible("#nothing")
    page.click("button")
    page.wait_for_function(
        f"document.querySelectorAll('article:not([hidden])').length == {len(catalogue.names())}"
    )
    page.close()


def test_the_search_for_a_norm_by_property(browser):
    page = opened_page(browser, command.CATALOGUES["norms"], 1280)
    for name in ("couples examples", "subtracts the mean", "learns a scale"):
        page.check(f'input[value="{name}"]')
    assert shown(page) == ["batch", "ghost_batch", "batch_renorm"]
    page.close()
