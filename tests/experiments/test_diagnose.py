"""The command that lays theory beside fresh networks: measured, compared, shown."""

import math
import re

import numpy as np
import pytest

from bnact import theory
from experiments.command import exit_code
from experiments.diagnose.__main__ import COMMAND
from experiments.diagnose.comparison import Compared, compared, predicted
from experiments.diagnose.fresh import Fresh, LayerStatistics, fresh_statistics
from experiments.diagnose.report import command_of, figure, summary_table, tables

SMALL = Fresh("relu", "none", "before", 3, 16, 4, 2.0, 0.0)
FLAGS = ("--depth=3", "--width=16", "--batch_size=4", "--seeds=2")


def called(workdir, *arguments):
    return exit_code(COMMAND, ["diagnose", f"--workdir={workdir}", *arguments])


def made_up(prediction, scatter):
    """Statistics of three networks that lie around a prediction, and are above it by twice the scatter."""
    shifts = 1.0 + scatter * np.array([[1.0], [2.0], [3.0]])

    def of(name):
        return shifts * np.array([getattr(layer, name) for layer in prediction.layers])

    names = [name for name in LayerStatistics._fields if name not in ("low", "high")]
    values = {name: of(name) for name in names}
    return LayerStatistics(**values, low=of("variance"), high=of("variance"))


def test_deviations_are_counted_in_standard_errors():
    prediction = predicted(SMALL)
    found = made_up(prediction, 0.01)
    parts = {part.name: part for part in compared(SMALL, prediction, found)}
    variance = parts["variance"]
    assert variance.error == pytest.approx(variance.predicted * 0.01 / math.sqrt(3.0))
    assert variance.deviation == pytest.approx(2.0 * math.sqrt(3.0))
    assert variance.low == pytest.approx(1.01 * variance.predicted)
    assert variance.high == pytest.approx(1.03 * variance.predicted)
    dead = parts["dead"]
    binomial = np.sqrt(dead.predicted * (1.0 - dead.predicted) / (3 * 16))
    scatter = np.asarray(found.dead).std(axis=0, ddof=1) / 3**0.5
    assert dead.error == pytest.approx(np.maximum(binomial, scatter))


def test_growth_is_the_ratio_of_gradients_and_1_in_the_last_layer():
    prediction = predicted(SMALL)
    gradient = np.array([[8.0, 2.0, 1.0], [4.0, 2.0, 1.0]])
    found = LayerStatistics(*[gradient] * 7)
    parts = {part.name: part for part in compared(SMALL, prediction, found)}
    assert parts["growth"].measured == pytest.approx([3.0, 2.0, 1.0])


def test_without_scatter_a_difference_counts_for_any_number_of_errors():
    same = np.array([0.5, 0.5])
    part = Compared("saturated", np.array([0.5, 0.25]), same, same, same, np.zeros(2))
    assert part.deviation[0] == 0.0
    assert part.deviation[1] == math.inf
    assert "0.25 | 0.5 (+\N{INFINITY})" in summary_table([part], 2).rows[1]


def test_only_the_layers_that_the_prediction_has_are_compared():
    network = SMALL._replace(activation="square", depth=20)
    prediction = predicted(network)
    parts = compared(network, prediction, LayerStatistics(*[np.ones((2, 20))] * 7))
    assert {part.predicted.size for part in parts} == {len(prediction.layers)}
    assert len(prediction.layers) < 20


@pytest.mark.parametrize(
    "network",
    [
        Fresh("relu", "batch", "before", 8, 256, 16, 1.0, 0.0),
        Fresh("hard_tanh", "none", "before", 8, 256, 8, 2.0, 0.1),
        Fresh("tanh", "layer", "after", 8, 256, 8, 2.0, 0.0),
    ],
    ids=lambda network: f"{network.activation} {network.norm}",
)
def test_networks_do_what_is_predicted(network):
    found = fresh_statistics(network, range(12))
    for part in compared(network, predicted(network), found):
        # The layer before the last still sees the loss.
        deviation = part.deviation[:-2] if part.name in ("growth", "gradient") else part.deviation
        close = np.abs(part.measured - part.predicted)[: deviation.size] <= 0.01
        # The mean of so many ratios lies a little above; a finite width has deviations of its own.
        assert np.all((np.abs(deviation) < 4.5) | close), part
    wrong = compared(network, predicted(network._replace(activation="softplus")), found)
    assert max(np.nanmax(np.abs(part.deviation[:-2])) for part in wrong) > 10.0


def test_the_same_seeds_are_the_same_networks():
    one, two = (fresh_statistics(SMALL, seeds) for seeds in (range(2), [1, 0]))
    np.testing.assert_array_equal(np.asarray(one.variance), np.asarray(two.variance)[::-1])
    assert np.asarray(one.variance).shape == (2, 3)
    assert np.asarray(one.variance).dtype == np.float64


def test_a_command_shows_and_writes(tmp_path, capsys):
    assert called(tmp_path, *FLAGS, "--activation=tanh", "--norm=rms", "--order=after") == 0
    out = capsys.readouterr().out
    assert out.startswith("tanh (rms norm after it) trains: ")
    assert "variance" in out
    assert out.endswith(f"report: {tmp_path / 'diagnosis.html'}\n")
    page = (tmp_path / "diagnosis.html").read_text()
    assert page.count("<table>") == 3
    assert page.count("<img") == 6 + 2  # panels and legend
    assert "Tanh (rms norm after it) trains" in page
    assert "--activation=tanh --norm=rms --order=after --depth=3" in page


def test_a_page_has_every_layer_and_a_terminal_a_few():
    prediction = predicted(SMALL)
    parts = compared(SMALL, prediction, made_up(prediction, 0.1))
    assert [len(each.rows) for each in tables(parts)] == [3, 3, 3]
    assert [row[0] for row in summary_table(parts, 2).rows] == ["1", "3"]
    assert len(figure(parts).panels) == 6


def test_the_command_of_a_page_is_what_was_called():
    assert "--weight_variance=2.0" in command_of(SMALL, 4)
    assert command_of(SMALL._replace(activation="softplus(beta=2.0)"), 4).count("'softplus(beta=2.0)'") == 1


@pytest.mark.parametrize(
    "argument, words",
    [
        ("--activation=rellu", "rellu.*relu"),
        ("--activation=step", "activation must not jump"),
        ("--norm=group", "norm must be one of"),
        ("--order=between", "order must be one of"),
        ("--depth=0", "depth must be a concrete integer of at least 1; got 0"),
        ("--depth=many", "depth: must be whole numbers.*got 'many'"),
        ("--width=0", "width must be a concrete integer of at least 1"),
        ("--batch_size=3", "batch_size must be at least 4 for batch norm"),
        ("--batch_size=1", "batch_size: must be at least 2; got 1"),
        ("--seeds=1", "seeds: must be at least 2; got 1; use 2 or more"),
        ("--weight_variance=0", "weight_variance must be"),
        ("--weight_variance=nan", "weight_variance must be"),
        ("--bias_variance=-1", "bias_variance must"),
    ],
)
def test_bad_input(argument, words, tmp_path, capsys):
    workdir = tmp_path / "work"
    assert called(workdir, argument) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert re.search(words, err), err
    assert not workdir.exists()


def test_a_prediction_is_that_of_theory():
    expected = theory.predict("relu", "none", depth=3, width=16, batch_size=4, weight_variance=2.0)
    assert predicted(SMALL) == expected
