import numpy as np
import pytest

from bnact.studies import Rows
from experiments.founding_claims import CLAIMS
from experiments.founding_claims.units import injured_relu
from tests.experiments.founding_claims.plausible_claims import SCALE, SETTINGS, decided, rows_of
from tests.studies.plausible_rows import diverged, plausible_row


def test_the_deepest_networks_are_injured_whatever_the_number_of_depths():
    for depths in ((2, 8), (2, 4, 8), (4,)):
        settings = CLAIMS["norm_cures_dead_relu"].settings(SCALE._replace(depths=depths))
        assert {each.depth for each in settings if each.kill != "none"} == {depths[-1]}
        assert {each.depth for each in settings if each.kill == "none"} == set(depths)


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
