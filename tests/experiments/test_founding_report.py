import re

import numpy as np
import pytest

from bnact.studies import Rows
from bnact.studies.manifest import Manifest
from bnact.studies.report import html
from bnact.studies.verdicts import verdicts_json
from experiments.founding_claims import CLAIMS
from experiments.founding_claims.report import founding_page, verdict_on
from experiments.founding_claims.scale import QUICK, own_rows
from tests.experiments.founding_rows import SCALE, SETTINGS, rows_of
from tests.studies.plausible_rows import plausible_rows

MANIFEST = Manifest(
    1, "founding_claims", "digits", "a" * 64, "c" * 64, "1", "1", "1", "1", "1", False, "cpu", 2
)


@pytest.fixture(scope="module")
def every_row():
    return plausible_rows(dict.fromkeys(setting for settings in SETTINGS.values() for setting in settings))


def test_missing_runs_leave_a_claim_undecided_and_say_so():
    claim = CLAIMS["sigmoid_with_norm"]
    rows = Rows(rows_of(claim.id).rows[:-3])
    verdict = verdict_on(claim, SCALE, rows)
    assert (verdict.verdict, verdict.n) == ("undecided", 0)
    assert "3 of the" in verdict.sentence
    assert verdict_on(claim, SCALE, rows_of(claim.id)).n == 10


def test_a_claims_runs_are_its_own(every_row):
    own = own_rows(CLAIMS["sigmoid_confined"], SCALE, every_row)
    assert {row.setting.activation for row in own} == {"sigmoid"}


@pytest.fixture(scope="module")
def page(every_row):
    verdicts = tuple(verdict_on(claim, SCALE, every_row) for claim in CLAIMS.values())
    return founding_page(tuple(CLAIMS.values()), verdicts, SCALE, every_row, MANIFEST), verdicts


@pytest.mark.parametrize("name", CLAIMS)
def test_tables_are_rectangular_and_figures_are_told_in_words(name, page):
    (section,) = [section for section in page[0].sections if section.id == name]
    (table,) = section.tables
    assert table.rows
    assert {len(row) for row in table.rows} == {len(table.columns)}
    assert section.figures
    for figure in section.figures:
        assert figure.panels
        assert figure.caption
        assert figure.legend
        assert all(len(panel.alternative) > 30 for panel in figure.panels)


def test_the_report_holds_every_claim_its_figures_and_how_to_run_it_again(page, every_row):
    text = html(page[0])
    for name in CLAIMS:
        assert f'<section id="{name}"' in text
        assert f"--claims={name}" in text
    assert text.count("<img") > 30
    assert not re.search(r'<img[^>]*alt=""[^>]*width="350"', text)
    assert not re.search(r"(?:https?:)?//[a-z]", text)
    assert "jax 1, jaxlib 1" in text


def test_the_same_results_are_the_same_files_whatever_their_order(page, every_row):
    shuffled = Rows(
        tuple(every_row.rows[position] for position in np.random.RandomState(0).permutation(len(every_row)))
    )
    verdicts = tuple(verdict_on(claim, SCALE, shuffled) for claim in CLAIMS.values())
    assert verdicts_json(verdicts) == verdicts_json(page[1])
    again = founding_page(tuple(CLAIMS.values()), verdicts, SCALE, shuffled, MANIFEST)
    assert html(again) == html(page[0])


def test_a_quick_look_says_so():
    scale = QUICK._replace(depths=(2,))
    claim = CLAIMS["sigmoid_confined"]
    rows = plausible_rows(claim.settings(scale))
    page = founding_page([claim], [verdict_on(claim, scale, rows)], scale, rows, MANIFEST)
    assert "A quick look: with 3 seeds" in html(page).replace("\N{NO-BREAK SPACE}", " ")
    assert "--quick" in html(page)


def test_claims_without_runs_are_counted_apart_and_need_no_seeds():
    scale = QUICK._replace(depths=(2,))
    trained, computed = CLAIMS["sigmoid_confined"], CLAIMS["one_step"]
    rows = plausible_rows(trained.settings(scale))

    def page_of(*claims, of=rows):
        verdicts = [verdict_on(claim, scale, of) for claim in claims]
        return founding_page(claims, verdicts, scale, of, MANIFEST)

    alone, both = page_of(computed, of=Rows()), page_of(trained, computed)
    assert alone.summary == "1 claim was decided by computing alone: 1 supported, 0 refuted, 0 undecided."
    assert alone.notices == ()
    assert [term for term, _ in alone.methods] == ["Versions"]
    assert both.summary == (
        f"{len(rows)} small networks were trained, and 1 claim was decided from them: 0 supported, 1 "
        "refuted, 0 undecided. 1 claim was decided by computing alone: 1 supported, 0 refuted, 0 undecided."
    )
    assert "A quick look" in both.notices[0]


def test_a_claim_that_lacks_runs_shows_no_figure_and_one_that_needs_none_does():
    claims = CLAIMS["sigmoid_confined"], CLAIMS["shared_edges"]
    verdicts = [verdict_on(claim, SCALE, Rows()) for claim in claims]
    lacking, computed = founding_page(claims, verdicts, SCALE, Rows(), MANIFEST).sections
    assert (lacking.figures, lacking.tables) == ((), ())
    assert len(computed.figures) == 2
    assert "computing" in dict(computed.paragraphs)["What was done"]
