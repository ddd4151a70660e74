import re

import numpy as np
import pytest

from bnact.studies import Rows
from bnact.studies.claim import Costs, Table
from bnact.studies.matrix import Stratum
from bnact.studies.report import html
from bnact.studies.verdicts import verdicts_json
from experiments.claims.asked import Asked
from experiments.claims.decided import decided, verdict_on
from experiments.claims.page import Runs, claims_page, shown_scale
from experiments.claims.scale import DEFAULT, QUICK, full, own_rows
from experiments.founding_claims import CLAIMS
from experiments.founding_claims.report import WORDS
from experiments.founding_claims.sources import literature
from tests.experiments.founding_claims.plausible_claims import SCALE, SETTINGS, rows_of
from tests.studies import fake_runs
from tests.studies.plausible_rows import plausible_rows

MANIFEST = fake_runs.MANIFEST._replace(study="founding_claims")


def founding_page(found, scales, rows, manifest, costs=None):
    return claims_page(found, Runs(scales, rows, manifest, costs), WORDS)


def found_in(rows, *claims, scales=(SCALE,)):
    return decided(Asked(claims, scales), rows)


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
    found = found_in(every_row, *CLAIMS.values())
    return founding_page(found, (SCALE,), every_row, MANIFEST), [each.verdict for each in found]


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
    assert "jax 1, jaxlib 2" in text


@pytest.mark.slow
def test_the_same_results_are_the_same_files_whatever_their_order(page, every_row):
    shuffled = Rows(
        tuple(every_row.rows[position] for position in np.random.RandomState(0).permutation(len(every_row)))
    )
    found = found_in(shuffled, *CLAIMS.values())
    assert verdicts_json([each.verdict for each in found]) == verdicts_json(page[1])
    assert html(founding_page(found, (SCALE,), shuffled, MANIFEST)) == html(page[0])


def test_a_quick_look_says_so():
    scale = QUICK._replace(depths=(2,))
    claim = CLAIMS["sigmoid_confined"]
    rows = plausible_rows(claim.settings(scale))
    page = founding_page(found_in(rows, claim, scales=(scale,)), (scale,), rows, MANIFEST)
    assert "A quick look: with 3 seeds" in html(page).replace("\N{NO-BREAK SPACE}", " ")
    assert "--quick" in html(page)


def test_claims_without_runs_are_counted_apart_and_need_no_seeds():
    scale = QUICK._replace(depths=(2,))
    trained, computed = CLAIMS["sigmoid_confined"], CLAIMS["one_step"]
    rows = plausible_rows(trained.settings(scale))

    def page_of(*claims, of=rows):
        return founding_page(found_in(of, *claims, scales=(scale,)), (scale,), of, MANIFEST)

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
    found = found_in(Rows(), *claims)
    lacking, computed = founding_page(found, (SCALE,), Rows(), MANIFEST).sections
    assert (lacking.figures, lacking.tables) == ((), ())
    assert len(computed.figures) == 2
    assert "computing" in dict(computed.paragraphs)["What was done"]


def full_scales(*tasks):
    """A full study, small: one task or more, two architectures, two sets of three seeds."""
    return tuple(
        scale._replace(learning_rates=(0.03,), depths=(2,)) for scale in full(3) if scale.data in tasks
    )


def test_a_claim_that_needs_no_runs_is_decided_once_in_a_full_study():
    (found,) = found_in(Rows(), CLAIMS["one_step"], scales=full_scales("digits", "teacher"))
    assert list(found.matrix) == [Stratum("digits", "mlp")]
    assert found.verdict == CLAIMS["one_step"].decide(Rows())
    assert set(found.runs_of.values()) == {Stratum("digits", "mlp")}
    assert len(found.runs_of) == 4


def test_a_full_study_shows_each_place_and_the_figures_of_the_one_that_speaks():
    claim, scales = CLAIMS["sigmoid_confined"], full_scales("digits", "teacher")
    settings = dict.fromkeys(setting for scale in scales for setting in claim.settings(scale))
    rows = plausible_rows(settings)
    found = found_in(rows, claim, CLAIMS["one_step"], scales=scales)
    assert found[0].verdict.verdict == "refuted"
    page = founding_page(found, scales, rows, MANIFEST)
    assert page.matrix is not None
    assert len(page.matrix.lines) == 2
    assert "2 tasks" in page.summary
    section = page.sections[0]
    assert section.card is not None
    assert {answer for _, answer in section.card.strata} == {"refuted"}
    assert (
        "Figures and table show networks on digits with mlp, seeds 0 to 2"
        in dict(section.paragraphs)["What was done"]
    )
    assert [table.caption for table in section.tables][1].startswith("In every task")
    terms = [term for term, _ in page.methods]
    assert terms[-1] == "Versions"
    assert "One verdict of many" in terms
    (lone,) = found_in(Rows(), claim, scales=scales)
    assert "Some runs failed" in "".join(founding_page([lone], scales, Rows(), MANIFEST).notices)


def test_the_scale_shown_is_that_of_the_place_that_speaks():
    scales = full_scales("digits", "teacher")
    (found,) = found_in(Rows(), CLAIMS["one_step"], scales=scales)
    assert shown_scale(found, scales) == scales[0]
    there = Stratum("teacher", "mlp")
    assert shown_scale(found._replace(matrix={there: (found.verdict,)}), scales).data == "teacher"


@pytest.mark.parametrize(
    ("scales", "flags"),
    [
        ((DEFAULT,), "--workdir=study --claims=one_step"),
        ((QUICK,), "--workdir=study-quick --claims=one_step --quick"),
        ((QUICK._replace(seeds=4),), "--workdir=study-quick --claims=one_step --quick --seeds=4"),
        (full(10), "--workdir=study-full --claims=one_step --full"),
        (full(12), "--workdir=study-full --claims=one_step --full --seeds=12"),
    ],
)
def test_the_command_of_a_claim_asks_for_what_was_asked(scales, flags):
    found = found_in(Rows(), CLAIMS["one_step"], scales=scales)
    (section,) = founding_page(found, scales, Rows(), MANIFEST).sections
    assert section.command == f".venv/bin/python -m experiments.founding_claims {flags}"


def clocked(rows, costs):
    return Table("Measured times", ("activation", "seconds"), (("relu", f"{costs.value['relu']:g}"),))


def test_measured_times_are_shown_and_change_no_verdict():
    claim = CLAIMS["one_step"]._replace(clock=clocked)
    found = found_in(Rows(), claim)
    without, with_times = (
        founding_page(found, (SCALE,), Rows(), MANIFEST, costs)
        for costs in (None, Costs({"relu": 1.25}, {}, {}))
    )
    assert "1.25" in html(with_times)
    assert "Measured times" not in html(without)
    assert with_times.sections[0].card == without.sections[0].card


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_says_what_would_change_its_verdict(name):
    assert len(CLAIMS[name].turns) > 40, name


def test_findings_have_a_year_numbers_and_a_comparison():
    for finding in (
        literature.IOFFE,
        literature.IOFFE_SIGMOID,
        literature.MISHKIN,
        literature.KIM,
        literature.YANG,
    ):
        assert re.search(r", (?:19|20)\d\d$", finding.source)
        assert re.search(r"\d", finding.found)
        assert all(finding)
        assert finding.compared("undecided").startswith(
            "Here it is undecided; by theirs it would be refuted."
        )
        assert finding.compared("refuted") == f"Theirs says the same, refuted. {finding.agrees}"
    assert literature.KIM in CLAIMS["norm_after_activation"].literature
    assert literature.MISHKIN in CLAIMS["norm_after_activation"].literature
