"""The command that compares theory with fresh networks over many settings."""

import re

import numpy as np
import pytest

from bnact.theory import LayerPrediction, Prediction
from experiments.agreement import __main__ as command
from experiments.agreement.amplification import amplification
from experiments.agreement.comparison import Agreement, Pair, compared, middle
from experiments.agreement.page import OtherWidths, part
from experiments.agreement.settings import SETTINGS
from experiments.command import exit_code
from experiments.diagnose.comparison import predicted
from experiments.diagnose.fresh import Fresh, LayerStatistics

BEGIN, END = command.MARKS
NETWORK = Fresh("relu", "layer", "before", 8, 10, 4, 1.0, 0.0)


def called(workdir, *arguments):
    return exit_code(command.COMMAND, ["agreement", f"--workdir={workdir}", *arguments])


@pytest.fixture
def only_one(monkeypatch):
    monkeypatch.setattr(command, "SETTINGS", [NETWORK._replace(depth=4)])


def made_up(growth=1.0, dead=0.25):
    """A prediction of 8 layers, all alike."""
    gradients = growth ** np.arange(7, -1, -1.0)
    layers = [LayerPrediction(1.0, 0.5, growth, float(each), dead, 0.0, 0.0, 1.0) for each in gradients]
    return Prediction(tuple(layers), "trains", None, None, None, "")


def found(growths, dead):
    gradient = np.array(growths)[:, None] ** np.arange(7, -1, -1.0)
    blank = np.zeros_like(gradient)
    shares = np.broadcast_to(np.array(dead)[:, None], gradient.shape)
    return LayerStatistics(blank, blank, gradient, shares, blank, blank, blank)


def test_growth_is_a_geometric_mean_over_layers_and_networks():
    row = compared(NETWORK, made_up(2.0), found([1.0, 4.0], [0.25, 0.25]))
    assert row.growth.predicted == pytest.approx(2.0)
    assert row.growth.measured == pytest.approx(2.0)
    assert row.growth.error == pytest.approx(2.0 * np.log([1.0, 4.0]).std(ddof=1) / 2**0.5)
    assert row.agrees


@pytest.mark.parametrize("growth, agrees", [(1.029, True), (1.031, False), (0.971, True), (0.969, False)])
def test_growths_agree_within_3_percent(growth, agrees):
    row = compared(NETWORK, made_up(1.0), found([growth, growth], [0.25, 0.25]))
    assert (row.growth_agrees, row.dead_agrees, row.agrees) == (agrees, True, agrees)


def test_dead_shares_agree_within_3_standard_errors():
    # Without scatter the error is that of a count: 2 networks, 4 layers, 10 units.
    error = (0.25 * 0.75 / 80) ** 0.5
    for times, agrees in ((2.9, True), (3.1, False), (-3.1, False)):
        share = 0.25 + times * error
        row = compared(NETWORK, made_up(), found([1.0, 1.0], [share, share]))
        assert row.dead.deviation == pytest.approx(times)
        assert row.agrees == row.dead_agrees == agrees
    scattered = compared(NETWORK, made_up(), found([1.0, 1.0], [0.2, 0.6]))
    assert scattered.dead.error == pytest.approx(0.2)


def test_where_none_is_dead_and_none_is_expected_there_is_no_deviation():
    row = compared(NETWORK, made_up(dead=0.0), found([1.0, 1.0], [0.0, 0.0]))
    assert row.dead.deviation == 0.0


@pytest.mark.parametrize("depth, ends", [(20, (5, 15)), (8, (2, 6)), (4, (1, 3))])
def test_the_middle_leaves_a_quarter_out_on_both_sides(depth, ends):
    assert middle(depth) == ends


def test_there_are_settings_of_every_norm_and_place_within_the_bounds():
    assert len(SETTINGS) == len(set(SETTINGS)) >= 30
    assert len({(setting.norm, setting.order) for setting in SETTINGS}) == 7
    assert {setting.width for setting in SETTINGS} == {512}
    assert all(8 <= setting.batch_size <= 64 and setting.depth <= 20 for setting in SETTINGS)


@pytest.mark.parametrize(
    "network, amplified",
    [
        (Fresh("relu", "none", "before", 6, 8, 8, 1.3, 0.0), 1.0),  # a line: every deviation stays
        (Fresh("identity", "none", "before", 6, 8, 8, 1.0, 1.0), 2.0 / 5.0),  # q + 1 a layer
        (Fresh("gelu", "layer", "before", 6, 8, 8, 1.0, 0.0), 0.0),
    ],
)
def test_what_a_deviation_becomes(network, amplified):
    assert amplification(network, predicted(network)) == pytest.approx(amplified)


def test_under_batch_norm_a_deviation_grows_with_the_drift():
    network = Fresh("hard_silu", "batch", "before", 6, 8, 64, 1.0, 0.0)
    prediction = predicted(network)
    assert amplification(network, prediction) == pytest.approx((prediction.drift or 0.0) ** 3)
    assert amplification(network, prediction) > 1.3


def row_of(growth, dead=0.25, amplified=0.5):
    return Agreement(NETWORK, Pair(1.0, growth, 0.001), Pair(0.25, dead, 0.01), amplified)


def test_the_part_counts_and_lists_the_exceptions():
    rows = [row_of(1.01), row_of(1.05, amplified=3.0)]
    others = {NETWORK: OtherWidths(row_of(1.2), row_of(1.02))}
    text = part(rows, others, 5)
    assert "**1 of 2 settings agree**: in 1 the growth" in text
    assert "in 2 the share of dead units" in text
    assert "the worst by 5.0%" in text
    assert "| growth, ratio | 1.200 ± 0.001 | 1.050 ± 0.001 | 1.020 ± 0.001 | unstable: " in text
    assert "grows 3-fold |" in text


def test_a_dead_share_may_be_the_exception():
    text = part([row_of(1.0, dead=0.3)], {NETWORK: OtherWidths(row_of(1.0, 0.45), row_of(1.0, 0.26))}, 5)
    assert "| +0.2000 | +0.0500 | +0.0100 | finite width;" in text


def test_without_an_exception_it_says_so():
    assert part([row_of(1.0)], {}, 5).endswith("\n\nThere is no exception.\n")


@pytest.mark.slow
def test_a_page_is_written_and_only_what_stands_between_the_marks_is_replaced(tmp_path, only_one, capsys):
    assert called(tmp_path, "--seeds=2", "--width=64") == 0
    text = (tmp_path / "agreement.md").read_text()
    assert text.startswith(f"{BEGIN}\n**")
    assert text.endswith(f"{END}\n")
    tables = [line for line in text.splitlines() if line.startswith("| ")]
    assert tables[0].count("|") == 13
    assert tables[1].startswith("| `relu` | layer before | 4 | 1 | 0 | ")
    assert re.search(r"\d of 1 settings agree: ", capsys.readouterr().out)
    (tmp_path / "agreement.md").write_text(f"# Before\n{BEGIN}\nold\n{END}\nafter\n")
    assert called(tmp_path, "--seeds=2", "--width=64") == 0
    assert (tmp_path / "agreement.md").read_text() == f"# Before\n{text}after\n"


def test_quick_is_a_few_of_both(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(
        command, "written", lambda page, parts, settings, seeds: asked.append((settings, seeds)) or 0
    )
    assert called(tmp_path, "--quick") == 0
    ((settings, seeds),) = asked
    assert 5 < len(settings) < len(SETTINGS) / 4
    assert seeds == 2


@pytest.mark.parametrize(
    "argument, words",
    [
        ("--seeds=1", "seeds: must be at least 2; got 1; use 2 or more"),
        ("--width=63", "width: must be at least 64; got 63; use 64 or more"),
        ("--seeds=many", "seeds: must be whole numbers"),
        ("--depth=3", "Unknown command line flag 'depth'"),
    ],
)
def test_bad_input(argument, words, tmp_path, capsys):
    assert called(tmp_path / "work", argument) == 2
    err = capsys.readouterr().err
    assert (err.count("\n"), words in err) == (1, True), err
    assert not (tmp_path / "work").exists()


def test_a_page_without_marks_is_left_alone(tmp_path, capsys):
    (tmp_path / "agreement.md").write_text("no marks\n")
    assert called(tmp_path) == 2
    assert "once each; it has not; add them" in capsys.readouterr().err
    assert (tmp_path / "agreement.md").read_text() == "no marks\n"
