"""The command that draws the figures of the theory page, with tiny networks."""

from pathlib import Path

import numpy as np
import pytest

from experiments import theory_figures
from experiments.command import exit_code

TINY = ("--seeds=2", "--width=8")


def called(workdir, *arguments):
    return exit_code(theory_figures.COMMAND, ["theory_figures", f"--workdir={workdir}", *arguments])


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """The folder of one call, by which all of it has been compiled."""
    folder = tmp_path_factory.mktemp("figures")
    assert called(folder, *TINY) == 0
    return folder / "images"


@pytest.mark.slow
def test_every_figure_is_drawn(drawn):
    assert {path.name for path in drawn.iterdir()} == {
        f"theory_{name}.svg" for name in theory_figures.FIGURES
    }
    for path in drawn.iterdir():
        assert path.read_text().rstrip().endswith("</svg>")


@pytest.mark.slow
def test_the_same_numbers_are_the_same_bytes(drawn, tmp_path):
    assert called(tmp_path, *TINY) == 0
    for path in drawn.iterdir():
        assert (tmp_path / "images" / path.name).read_bytes() == path.read_bytes()


def test_the_figures_are_those_of_the_page():
    page = (Path(__file__).parents[2] / "docs" / "theory.md").read_text()
    assert page.count("(images/theory_") == len(theory_figures.FIGURES)
    assert all(f"(images/theory_{name}.svg)" in page for name in theory_figures.FIGURES)


@pytest.mark.slow
def test_what_is_drawn_is_what_theory_says():
    figure = theory_figures.explosion(1, 8)
    (axes,) = figure.axes
    lines = {line.get_label(): np.asarray(line.get_ydata()) for line in axes.get_lines()}
    assert lines["relu, no norm, He's weights"] == pytest.approx([1.0] * 20)
    growing = lines["relu, batch norm before"]
    assert growing[10] / growing[11] == pytest.approx(1.4931, abs=1e-4)


@pytest.mark.parametrize(
    "argument, words",
    [
        ("--seeds=0", "seeds: must be at least 1; got 0; use for example --seeds=8"),
        ("--width=0", "width: must be at least 1; got 0"),
        ("--width=wide", "width: must be whole numbers separated by commas; got 'wide'"),
    ],
)
def test_bad_input(argument, words, tmp_path, capsys):
    assert called(tmp_path / "work", argument) == 2
    err = capsys.readouterr().err
    assert (err.count("\n"), words in err) == (1, True), err
    assert not (tmp_path / "work").exists()
