from bnact.studies import Rows
from bnact.studies.report.sweep_sections import sweep_table
from bnact.training.setting import Setting
from tests.studies.plausible_rows import diverged, plausible_rows

ROWS = plausible_rows([Setting(kill="bias", norm="none", seed=seed) for seed in range(4)])


def test_intervals_that_mean_nothing_are_not_shown_and_the_table_says_so():
    for count, is_shown in ((1, False), (3, False), (4, True)):
        few = Rows(ROWS.rows[:count])
        assert (line_of(few)["95 % interval"] != "–") == is_shown
        assert any("fewer than 4 seeds" in note for note in sweep_table(few).notes) != is_shown


def line_of(rows):
    table = sweep_table(rows)
    (line,) = table.rows
    return dict(zip(table.columns, line, strict=True))


def test_dead_units_are_those_of_the_runs_that_did_not_diverge():
    one_lost = line_of(Rows((diverged(ROWS.rows[0]), *ROWS.rows[1:])))
    assert one_lost["dead units (%)"] == line_of(ROWS)["dead units (%)"] == "45.0"
    assert (one_lost["diverged"], line_of(ROWS)["diverged"]) == ("1 of 4", "0 of 4")


def test_where_every_run_diverged_no_share_is_shown():
    lost = line_of(Rows(tuple(map(diverged, ROWS))))
    assert (lost["dead units (%)"], lost["diverged"], lost["test (%)"]) == ("–", "4 of 4", "0.0")
