"""The example of experiments/README.md, taken from there: a user's own question in thirty lines."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

import experiments
from bnact.studies import Rows, works_better
from bnact.studies.report.decision_views import decision_figures, decision_table
from experiments.claims.scale import DEFAULT
from experiments.command import exit_code
from experiments.question import command_of
from tests.experiments.calls import plausibly_trained
from tests.studies.plausible_rows import plausible_rows

README = Path(experiments.__path__[0]) / "README.md"


def example():
    """The text of my_claim.py."""
    (found,) = [
        text
        for text in re.findall(r"^```python\n(.*?)^```$", README.read_text(), re.MULTILINE | re.DOTALL)
        if "claim_by_decision" in text
    ]
    return found


@pytest.fixture
def claim():
    namespace: dict[str, Any] = {"__name__": "my_claim"}
    exec(compile(example(), "my_claim.py", "exec"), namespace)
    return namespace["claim_by_decision"](*(namespace[name] for name in ("WORDS", "settings", "decision_of")))


def answered(claim, *arguments):
    return exit_code(command_of(claim), ["my_claim", *arguments])


def test_the_example_has_thirty_lines():
    assert len(example().splitlines()) <= 30


def test_the_commands_beside_the_example_have_flags_that_exist(claim):
    commands = re.findall(r"^.venv/bin/python my_claim.py (.*?)(?: +#.*)?$", README.read_text(), re.MULTILINE)
    assert len(commands) == 3
    for words in commands:
        command_of(claim).flags(["my_claim", *words.split()])


def test_the_example_is_decided_and_reported(monkeypatch, capsys, tmp_path, claim):
    plausibly_trained(monkeypatch)
    assert answered(claim, f"--workdir={tmp_path}", "--seeds=10") == 0
    assert "behind a layer norm, GELU works better than ReLU" in capsys.readouterr().out
    (verdict,) = json.loads((tmp_path / "verdicts.json").read_text())
    assert (verdict["id"], verdict["n"]) == ("my_claim", 10)
    report = (tmp_path / "report.html").read_text()
    for shown in (
        "Test accuracy of GELU minus that of ReLU",
        "Test accuracy in percent, at the smallest",
        "my_claim.py",
        "Methods",
    ):
        assert shown in report
    assert 'id="matrix"' not in report
    before = (tmp_path / "report.html").read_bytes()
    assert answered(claim, f"--workdir={tmp_path}", "--seeds=10") == 0
    assert (tmp_path / "report.html").read_bytes() == before


def test_on_several_datasets_there_is_a_matrix(monkeypatch, tmp_path, claim):
    plausibly_trained(monkeypatch)
    assert answered(claim, f"--workdir={tmp_path}", "--quick", "--data=digits,spirals") == 0
    report = (tmp_path / "report.html").read_text()
    assert 'id="matrix"' in report
    assert "--quick --data=digits,spirals" in report


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--data=digit",), "use 'digits'"),
        (("--seeds=0",), "seeds must be a whole number of at least 1"),
        (("--data=",), "data: must name at least one dataset; got none"),
        (("--sedes=3",), "Unknown command line flag 'sedes'"),
    ],
)
def test_bad_input_is_one_line(capsys, tmp_path, claim, arguments, words):
    assert answered(claim, f"--workdir={tmp_path}", *arguments) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert words in error


def gelu(better):
    return lambda setting: 0.9 + better * (setting.activation == "gelu")


@pytest.mark.parametrize(
    ("better", "answer", "begin"),
    [(0.05, "supported", "Yes: "), (-0.05, "refuted", "No: "), (0.002, "undecided", "Not clear: ")],
)
def test_words_figures_and_table_follow_from_the_decision(claim, better, answer, begin):
    rows = plausible_rows(claim.settings(DEFAULT._replace(learning_rates=(0.03,))), gelu(better))
    verdict = claim.decide(rows)
    assert verdict.verdict == answer
    assert verdict.sentence.startswith(f"{begin}test accuracy of GELU minus that of ReLU is ")
    assert verdict.low <= verdict.effect <= verdict.high
    decisive, against = claim.figures(rows)
    assert "points" in decisive.panels[0].alternative
    assert "gelu, layer norm before: " in against.panels[0].alternative
    assert [row[0] for row in claim.table(rows).rows] == ["depth 2", "depth 8"]


def test_nothing_to_compare_is_said_and_drawn_as_nothing(claim):
    verdict = claim.decide(Rows())
    assert (verdict.verdict, verdict.n) == ("undecided", 0)
    assert "nothing to decide from" in verdict.sentence
    empty = works_better({})
    assert len(decision_figures(empty, Rows(), "words")) == 1
    assert decision_table(empty, "words").rows == ()
