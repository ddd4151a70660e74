"""The command that audits jax.nn beside bnact: it writes a table, a page's table, and drawings."""

import re

import jax.numpy as jnp
import pytest

from bnact.activations import ACTIVATIONS
from experiments import audit
from experiments.command import exit_code

BEGIN, END = audit.MARKS
QUICK = ("--functions=relu,soft_sign", "--figures=relu", "--points=40")


def called(workdir, *arguments):
    return exit_code(audit.COMMAND, ["audit", f"--workdir={workdir}", *arguments])


@pytest.fixture
def only_float32(monkeypatch):
    """Both half precisions take seconds a function."""
    full = audit.audit
    monkeypatch.setattr(audit, "DTYPES", {"float32": jnp.float32})
    monkeypatch.setattr(audit, "audit", lambda *a, **options: full(*a, **options, dtypes=("float32",)))


def test_a_table_and_drawings(tmp_path, only_float32, capsys):
    assert called(tmp_path, *QUICK) == 0
    lines = (tmp_path / "audit.md").read_text().splitlines()
    assert (lines[0], lines[-1]) == (BEGIN, END)
    assert [line.split("|")[1:3] for line in lines[3:-1]] == [
        [" `relu` ", " float32 "],
        [" `soft_sign` ", " float32 "],
    ]
    assert {line.count("|") for line in lines[1:-1]} == {9}
    drawn = sorted(path.name for path in (tmp_path / "images").iterdir())
    assert drawn == ["audit_relu_bnact.svg", "audit_relu_jax_nn.svg"]
    out = capsys.readouterr().out
    assert "bad points: jax.nn.relu 0, bnact's relu 0\n" in out


def test_only_what_stands_between_the_marks_is_replaced(tmp_path, only_float32):
    page = tmp_path / "audit.md"
    page.write_text(f"# Before\n{BEGIN}\nold\n{END}\nafter\n")
    assert called(tmp_path, *QUICK) == 0
    text = page.read_text()
    assert text.startswith(f"# Before\n{BEGIN}\n| function |")
    assert text.endswith(f"|\n{END}\nafter\n")
    assert "old" not in text
    assert called(tmp_path, *QUICK) == 0
    assert page.read_text() == text


def test_the_same_numbers_are_the_same_bytes(tmp_path, only_float32):
    for workdir in ("one", "two"):
        (tmp_path / workdir).mkdir()
        assert called(tmp_path / workdir, *QUICK) == 0
    one, two = (tmp_path / workdir / "images" / "audit_relu_bnact.svg" for workdir in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()


def test_every_function_that_both_have_is_audited_by_default():
    assert {"gelu", "relu", "sigmoid", "tanh", "silu", "softplus"} <= set(audit.SHARED)
    assert set(audit.SHARED) == set(audit.THEIRS) & set(ACTIVATIONS)


@pytest.mark.parametrize(
    "argument, words",
    [
        ("--functions=rellu", "functions: must be names of identity, .*; got 'rellu'; use one of them"),
        ("--figures=rellu", "figures: must be names of .*; got 'rellu'"),
        ("--points=5", "points: must be even and at least 4; got 5; use for example --points=20000"),
        ("--points=many", "points: must be whole numbers separated by commas; got 'many'"),
    ],
)
def test_bad_input(argument, words, tmp_path, capsys):
    assert called(tmp_path, argument) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert re.search(words, err)


@pytest.mark.parametrize("text", ["no marks\n", f"{BEGIN}\n", f"{END}\n{BEGIN}\n", 2 * (BEGIN + END)])
def test_a_page_without_marks_is_left_alone(text, tmp_path, capsys):
    (tmp_path / "audit.md").write_text(text)
    assert called(tmp_path, *QUICK) == 2
    assert "once each; it has not; add them" in capsys.readouterr().err
    assert (tmp_path / "audit.md").read_text() == text
