import re

import numpy as np
import pytest

from bnact.studies import Rows
from bnact.studies.manifest import Manifest
from bnact.studies.report import html
from bnact.studies.verdicts import verdicts_json
from experiments.founding_claims import CLAIMS, injured_relu
from experiments.founding_claims.report import founding_page, verdict_on
from experiments.founding_claims.scale import DEFAULT, QUICK, own_rows
from tests.studies.plausible_rows import diverged, plausible_row, plausible_rows, usual_quality

SCALE = DEFAULT._replace(learning_rates=(0.03, 0.1), depths=(2, 8))
MANIFEST = Manifest(1, "founding_claims", "digits", "a" * 64, "c" * 64, "1", "1", "1", "1", "1", False, "cpu")

SETTINGS = {name: claim.settings(SCALE) for name, claim in CLAIMS.items()}


def rows_of(name, quality=usual_quality):
    return plausible_rows(SETTINGS[name], quality)


def decided(name, quality=usual_quality):
    return CLAIMS[name].decide(rows_of(name, quality))


def quality(activation, before, after=0.9, others=0.9):
    """One activation's accuracy with the norm before and after; all others have one accuracy."""

    def found(setting):
        if setting.activation != activation or setting.norm == "none":
            return others
        return before if setting.order == "before" else after

    return found


@pytest.fixture(scope="module")
def every_row():
    return plausible_rows(dict.fromkeys(setting for settings in SETTINGS.values() for setting in settings))


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_is_whole_and_named_as_it_is_listed(name):
    claim = CLAIMS[name]
    assert claim.id == name
    assert all((claim.text, claim.source, claim.why, claim.quantity.meaning, claim.quantity.unit))
    assert {"Supported", "supported"} & set(re.findall(r"\w+", claim.rule))
    assert "refuted" in claim.rule
    assert "undecided" in claim.rule


@pytest.mark.parametrize("name", CLAIMS)
def test_the_default_scale_is_fair(name):
    settings = CLAIMS[name].settings(DEFAULT)
    assert {setting.depth for setting in settings} >= {2, 8, 16}
    assert len({setting.learning_rate for setting in settings}) >= 4
    assert len({setting.seed for setting in settings}) >= 10
    assert len(set(settings)) == len(settings)


def test_claims_share_their_cells():
    union = {setting for settings in SETTINGS.values() for setting in settings}
    assert len(union) < 0.75 * sum(map(len, SETTINGS.values()))
    assert set(SETTINGS["sigmoid_confined"]) < set(SETTINGS["sigmoid_with_norm"])


@pytest.mark.parametrize(
    ("name", "quality", "answer"),
    [
        ("sigmoid_with_norm", quality("sigmoid", 0.9), "supported"),
        ("sigmoid_with_norm", quality("sigmoid", 0.95), "supported"),
        ("sigmoid_with_norm", quality("sigmoid", 0.8), "refuted"),
        ("sigmoid_with_norm", quality("sigmoid", 0.89), "undecided"),
        ("tanh_with_norm", quality("tanh", 0.95), "supported"),
        ("tanh_with_norm", quality("tanh", 0.8), "refuted"),
        ("tanh_with_norm", quality("tanh", 0.9), "refuted"),
        ("tanh_with_norm", lambda s: 0.95 if s.activation == "tanh" and s.depth == 2 else 0.9, "undecided"),
        ("norm_after_activation", lambda s: 0.95 if s.order == "after" else 0.9, "supported"),
        ("norm_after_activation", quality("gelu", 0.95), "refuted"),
        (
            "norm_after_activation",
            lambda s: 0.95 if s.order == "after" and s.depth == 2 else 0.9,
            "undecided",
        ),
    ],
)
def test_accuracy_claims_are_decided_by_their_rule(name, quality, answer):
    verdict = decided(name, quality)
    assert verdict.verdict == answer
    assert verdict.n == 10
    assert verdict.low <= verdict.effect <= verdict.high
    assert verdict.sentence.startswith(
        {"supported": "Yes", "refuted": "No", "undecided": "Not clear"}[answer]
    )


def test_each_network_is_taken_at_its_own_best_rate():
    def quality(setting):
        best = 0.1 if setting.activation == "sigmoid" else 0.03
        return 0.9 if setting.learning_rate == best else 0.3

    # At any one rate for all, sigmoid would be far better or far worse.
    assert decided("sigmoid_with_norm", quality).verdict == "supported"


def test_dead_units_that_a_shift_keeps_dead_refute_the_cure():
    verdict = decided("norm_cures_dead_relu")
    assert verdict.verdict == "refuted"
    assert "undoes a linear bias far below zero and a first step far too large" in verdict.sentence
    assert "does not undo a shift of the norm itself" in verdict.sentence
    assert verdict.effect == pytest.approx(0.1, abs=0.01)


def with_dead(dead_of):
    """The claim's rows with other dead shares: a function of the setting and of the points of the run."""
    changed = []
    for row in rows_of("norm_cures_dead_relu"):
        dead = np.broadcast_to(dead_of(row.setting), row.log.dead.shape[0])
        changed.append(
            row._replace(log=row.log._replace(dead=np.repeat(dead[:, None], row.setting.depth, axis=1)))
        )
    return Rows(tuple(changed))


def test_if_every_injury_heals_the_cure_is_supported():
    rows = with_dead(lambda setting: np.linspace(0.5 if setting.kill != "none" else 0.0, 0.0, 10))
    verdict = CLAIMS["norm_cures_dead_relu"].decide(rows)
    assert (verdict.verdict, verdict.effect) == ("supported", 1.0)
    assert "no unit is dead" in verdict.sentence


def test_units_dead_without_an_injury_leave_it_undecided():
    rows = with_dead(
        lambda setting: np.linspace(0.5, 0.0, 10) if setting.kill != "none" else np.full(10, 0.02)
    )
    verdict = CLAIMS["norm_cures_dead_relu"].decide(rows)
    assert verdict.verdict == "undecided"
    assert "at most 2.0 % of the units are dead" in verdict.sentence


def test_an_unharmed_run_that_diverges_leaves_it_undecided():
    rows = with_dead(lambda setting: np.linspace(0.5 if setting.kill != "none" else 0.0, 0.0, 10)).rows
    unharmed = [
        row
        for row in rows
        if (row.setting.norm, row.setting.order, row.setting.kill) == ("batch", "before", "none")
    ]
    # At every rate: at one alone another rate would be the best.
    lost = {row.id for row in unharmed if (row.setting.seed, row.setting.depth) == (3, 2)}
    broken = Rows(tuple(diverged(row) if row.id in lost else row for row in rows))
    verdict = CLAIMS["norm_cures_dead_relu"].decide(broken)
    assert verdict.verdict == "undecided"
    assert "not every network under it could be trained to the end" in verdict.sentence


def test_the_dead_units_of_diverged_runs_are_left_out_of_the_table_and_the_runs_are_counted():
    claim = CLAIMS["norm_cures_dead_relu"]
    one_lost = Rows(tuple(diverged(row) if row.setting.seed == 3 else row for row in rows_of(claim.id)))
    table, whole = claim.table(one_lost), claim.table(rows_of(claim.id))
    shares = [column for column, name in enumerate(table.columns) if name.startswith("dead ")]
    assert [[row[at] for at in shares] for row in table.rows] == [
        [row[at] for at in shares] for row in whole.rows
    ]
    assert {row[-1] for row in table.rows} == {"1 of 10"}
    assert {row[-1] for row in whole.rows} == {"0 of 10"}


def test_an_injury_that_kills_nobody_is_cured_and_one_that_grows_is_not():
    log = plausible_row(SETTINGS["norm_cures_dead_relu"][0]).log

    def with_shares(*shares):
        return log._replace(dead=np.array(shares)[:, None])

    assert injured_relu.revived(with_shares(0.0, 0.0, 0.0)) == 1.0
    assert injured_relu.revived(with_shares(0.5, 0.2, 0.1)) == pytest.approx(0.8)
    # Counted from the first point this would be -2, from the second -0.5.
    assert injured_relu.revived(with_shares(0.1, 0.2, 0.3)) == pytest.approx(0.0)
    assert injured_relu.revived(with_shares(0.0, 0.005, 0.005)) == pytest.approx(0.5)
    assert injured_relu.revived(diverged(plausible_row(SETTINGS["norm_cures_dead_relu"][0])).log) == 0.0


def test_sigmoid_is_not_confined_and_the_effect_is_the_share_after_training():
    verdict = decided("sigmoid_confined")
    assert verdict.verdict == "refuted"
    # plausible_rows draws inputs of standard deviation 1.6 after training.
    assert verdict.effect == pytest.approx(0.234, abs=0.01)
    assert "34.1 %" in verdict.sentence


def test_a_diverged_sigmoid_network_counts_none():
    rows = rows_of("sigmoid_confined").rows
    broken = Rows(
        tuple(diverged(row) if (row.setting.seed, row.setting.depth) == (3, 2) else row for row in rows)
    )
    claim = CLAIMS["sigmoid_confined"]
    verdict, kept = claim.decide(broken), Rows(tuple(row for row in rows if row.setting.seed != 3))
    assert (verdict.verdict, verdict.n) == ("refuted", 9)
    assert verdict.effect == claim.decide(kept).effect
    assert claim.decide(Rows(tuple(map(diverged, rows)))).verdict == "undecided"
    assert not claim.figures(Rows(tuple(map(diverged, rows))))[0].panels


def test_a_histogram_that_lacks_inputs_counts_none():
    def halved(row):
        histogram = np.stack([row.log.histogram[0], row.log.histogram[1] // 2])
        return row._replace(log=row.log._replace(histogram=histogram)) if row.setting.seed == 3 else row

    assert CLAIMS["sigmoid_confined"].decide(Rows(tuple(map(halved, rows_of("sigmoid_confined"))))).n == 9


def test_the_exact_share_is_the_reference_value():
    from experiments.founding_claims.sigmoid_confined import exact_share

    assert exact_share() == pytest.approx(0.34134474606854, abs=1e-6)


def test_networks_that_do_confine_leave_it_undecided_against_the_theory():
    counts = np.zeros((2, 64))
    counts[:, 33] = 100.0
    rows = Rows(
        tuple(row._replace(log=row.log._replace(histogram=counts)) for row in rows_of("sigmoid_confined"))
    )
    assert CLAIMS["sigmoid_confined"].decide(rows).verdict == "undecided"


@pytest.mark.parametrize("name", CLAIMS)
def test_three_seeds_decide_nothing_but_what_is_exact(name):
    claim = CLAIMS[name]
    verdict = claim.decide(plausible_rows(claim.settings(QUICK)))
    assert verdict.verdict == ("refuted" if name == "sigmoid_confined" else "undecided")


@pytest.mark.parametrize("name", CLAIMS)
def test_no_rows_and_diverged_rows_are_survived(name):
    claim = CLAIMS[name]
    assert claim.decide(Rows()).verdict == "undecided"
    broken = Rows(tuple(diverged(row) for row in rows_of(name)))
    verdict = claim.decide(broken)
    assert verdict.sentence
    assert claim.table(broken).rows
    assert claim.figures(broken)


@pytest.mark.parametrize("name", CLAIMS)
def test_tables_are_rectangular_and_figures_are_told_in_words(name):
    claim, rows = CLAIMS[name], rows_of(name)
    table = claim.table(rows)
    assert table.rows
    assert {len(row) for row in table.rows} == {len(table.columns)}
    for figure in claim.figures(rows):
        assert figure.panels
        assert figure.caption
        assert figure.legend
        assert all(len(panel.alternative) > 30 for panel in figure.panels)


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
    again = founding_page(tuple(CLAIMS.values()), verdicts, SCALE, every_row, MANIFEST)
    assert html(again) == html(page[0])


def test_a_quick_look_says_so():
    scale = QUICK._replace(depths=(2,))
    claim = CLAIMS["sigmoid_confined"]
    rows = plausible_rows(claim.settings(scale))
    page = founding_page([claim], [verdict_on(claim, scale, rows)], scale, rows, MANIFEST)
    assert "A quick look: with 3 seeds" in html(page).replace("\N{NO-BREAK SPACE}", " ")
    assert "--quick" in html(page)
