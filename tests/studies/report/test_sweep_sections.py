import pytest

from bnact.studies import Rows
from bnact.studies.report.claim_section import runs_in_words
from bnact.studies.report.sweep_sections import sweep_sections, sweep_table
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


def test_architectures_are_named_and_their_depth_is_counted_in_their_own_words():
    rows = plausible_rows(
        Setting(architecture=name, seed=seed) for name in ("residual_mlp", "mlp") for seed in range(2)
    )
    said = runs_in_words(rows)
    assert "residual_mlp with 8 residual blocks of 64 units; mlp with 8 hidden layers of 64 units" in said
    alone = runs_in_words(rows.select(architecture="residual_mlp"))
    assert "mlp with 8 hidden" not in alone
    assert {line[0].split(",")[0] for line in sweep_table(rows).rows} == {"residual_mlp", "mlp"}
    _, curves = sweep_sections(rows, "command")
    assert len(curves.figures) == 3, "one depth makes no figure against depth"
    assert {panel.title for panel in curves.figures[0].panels} == {"8 residual blocks", "8 hidden layers"}


@pytest.mark.parametrize("name", ["conv_net", "transformer"])
def test_an_architecture_alone_is_named_too(name):
    (line,) = sweep_table(plausible_rows([Setting(architecture=name)])).rows
    assert line[0].startswith(f"{name}, relu")
