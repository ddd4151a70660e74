"""The command that shows the gradient on every edge."""

import contextlib
import html
import io
import json
import re

import numpy as np
import pytest

from bnact.gradient_graph import Trajectory
from experiments.backprop_by_edges import __main__ as command
from experiments.backprop_by_edges.page import GRAPHS, DescentSetting, trajectory_of
from experiments.backprop_by_edges.trajectory_figure import trajectory_figure
from experiments.command import exit_code
from experiments.textbook.examples import EXAMPLES


def called(*arguments):
    return exit_code(command.COMMAND, ["backprop_by_edges", *arguments])


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """A work directory, and what the command shows that fills it."""
    workdir = tmp_path_factory.mktemp("edges")
    with contextlib.redirect_stdout(io.StringIO()) as shown:
        assert called(f"--workdir={workdir}", "--examples=product,norm", "--steps=20") == 0
    return workdir, shown.getvalue()


def test_it_writes_a_page_a_graph_an_index_and_verdicts(pages):
    workdir, _ = pages
    assert {path.name for path in workdir.iterdir()} == {
        "index.html",
        "product.html",
        "norm.html",
        "verdicts.json",
    }
    verdicts = json.loads((workdir / "verdicts.json").read_text())
    assert [each["id"] for each in verdicts] == [
        "backprop_by_edges",
        "one_step",
        "batch_mean",
        "matrix_derivatives",
        "shared_edges",
        "noise",
    ]
    assert {each["verdict"] for each in verdicts} == {"supported"}


def test_it_shows_every_edge_and_every_verdict(pages):
    _, shown = pages
    assert "-10 x 2 = -20" in shown
    assert shown.count("SUPPORTED: ") == 6
    assert "0, exact, n = 6" in shown


def test_the_index_links_every_page_it_wrote_and_no_other(pages):
    workdir, _ = pages
    page = (workdir / "index.html").read_text()
    links = {*re.findall(r'href="([^"#]+)"', page)}
    assert links == {"product.html", "norm.html"}
    assert "−10 × 2 = −20" in html.unescape(page)
    assert "20 steps at learning rate 0.01" in html.unescape(page).replace("\N{NO-BREAK SPACE}", " ")
    assert str(workdir) not in page


def test_every_example_a_claim_is_about_is_there():
    assert {name for names in GRAPHS.values() for name in names} == set(EXAMPLES)
    assert set(GRAPHS) < {claim.id for claim in command.textbook_claims()}


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("--examples=lines", "must be names of examples; got 'lines'; nearest: line"),
        ("--examples=DENSE", "must be names of examples; got 'DENSE'; nearest: dense"),
        ("--examples=xyz", f"got 'xyz'; use one of {', '.join(EXAMPLES)}"),
        ("--examples=", "must name at least one"),
        ("--learning_rate=0", "must be a finite number above 0; got 0"),
        ("--learning_rate=nan", "must be a finite number above 0; got nan"),
        ("--learning_rate=fast", "must be numbers separated by commas; got 'fast'"),
        ("--steps=0", "must be at least 1; got 0"),
        ("--steps=2.5", "must be whole numbers separated by commas; got '2.5'"),
        ("--depth=2", "Unknown command line flag 'depth'"),
        ("product", "all must be flags, --name=value; got 'product'"),
    ],
)
def test_bad_input_is_answered_on_one_line_and_writes_nothing(argument, words, capsys, tmp_path):
    workdir = tmp_path / "work"
    assert called(f"--workdir={workdir}", argument) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert words in err
    assert not workdir.exists()


def test_a_work_directory_must_be_named_and_be_one(capsys, tmp_path):
    assert called() == 2
    assert "use --workdir=DIR" in capsys.readouterr().err
    (tmp_path / "file").write_text("mine")
    assert called(f"--workdir={tmp_path / 'file'}") == 2
    assert str(tmp_path / "file") in capsys.readouterr().err
    assert (tmp_path / "file").read_text() == "mine"


def test_somebody_elses_page_is_left_alone(capsys, tmp_path):
    (tmp_path / "index.html").write_text("mine")
    assert called(f"--workdir={tmp_path}") == 2
    assert "must not hold pages of somebody else" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]
    assert (tmp_path / "index.html").read_text() == "mine"


def test_help_says_every_flag_and_the_exit_codes(capsys):
    assert called("--help") == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "Exit codes: 0 done, 2 bad input" in shown
    assert all(f"--{flag}" in shown or f"--[no]{flag}" in shown for flag in command.FLAGS)
    assert all(name in shown for name in EXAMPLES)


def test_a_descent_is_drawn_and_one_that_diverges_says_so():
    figure = trajectory_figure("y", trajectory_of("product", DescentSetting(0.01, 10)))
    assert [panel.title for panel in figure.panels] == ["Loss", "Variables"]
    assert "v from 0 to 1.41" in figure.panels[1].alternative
    lost = Trajectory(9.0, np.array([1.0, 1e29, 1e31, np.nan]), {"v": np.array([0.0, 1.0, 2.0, np.nan])})
    far = trajectory_figure("y", lost)
    assert "It diverges: after 2 steps the loss is beyond 1e+30." in far.caption
    assert "over 1 step:" in far.panels[0].alternative
