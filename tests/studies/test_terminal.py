import io

from bnact.studies.claim import Table, Verdict
from bnact.studies.terminal import show_table, show_verdicts
from experiments.founding_claims import CLAIMS

CLAIM = CLAIMS["sigmoid_with_norm"]
VERDICT = Verdict(CLAIM.id, CLAIM.text, CLAIM.source, "refuted", -0.031, -0.037, -0.026, 10, "No: it is not.")
TABLE = Table("caption", ("a", "long heading"), (("[bold]x", "1"), ("y", "2")), ("a note",))


class Terminal(io.StringIO):
    def isatty(self):
        return True


def verdicts_on(stream):
    show_verdicts([VERDICT], CLAIMS, stream)
    return stream.getvalue()


def test_elsewhere_verdicts_are_plain_lines():
    shown = verdicts_on(io.StringIO())
    assert "\x1b" not in shown
    assert shown.splitlines() == [
        "REFUTED: sigmoid_with_norm: “with BN, sigmoid works as well as or better than ReLU”",
        "  No: it is not.",
        "  −3.1 points, corrected interval −3.7 to −2.6, n = 10",
    ]


def test_a_terminal_gets_a_table_with_the_same():
    shown = verdicts_on(Terminal())
    for words in ("refuted", "−3.1 points", "corrected interval −3.7 to −2.6", "n = 10", "No: it is not."):
        assert words in shown


def test_what_was_not_measured_is_said():
    stream = io.StringIO()
    show_verdicts(
        [VERDICT._replace(effect=float("nan"), low=float("nan"), high=float("nan"))], CLAIMS, stream
    )
    assert "not measured" in stream.getvalue()


def test_a_table_is_aligned_and_nothing_in_it_is_markup():
    stream = io.StringIO()
    show_table(TABLE, stream)
    assert stream.getvalue().splitlines() == [
        "caption",
        "a        long heading",
        "[bold]x  1",
        "y        2",
        "a note",
    ]
    on_terminal = Terminal()
    show_table(TABLE, on_terminal)
    assert "[bold]x" in on_terminal.getvalue()
