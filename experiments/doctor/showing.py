"""Findings as a table on a terminal, as lines elsewhere, and as JSON for scripts."""

import json
from collections.abc import Mapping, Sequence
from typing import TextIO

from .finding import Finding, Verdict

STYLES: Mapping[Verdict, str] = {
    "good": "green",
    "advice": "yellow",
    "wrong": "bold red",
    "not known": "dim",
}


def show(findings: Sequence[Finding], stream: TextIO) -> None:
    """Shows every finding, and below them what they come to.

    Args:
      findings: in the order they are shown.
      stream: a terminal gets a table in colour, anything else plain lines.
    """
    if stream.isatty():
        from .terminal import show_table  # rich may be what is missing

        show_table(findings, STYLES, stream)
    else:
        for each in findings:
            remedy = f"\n    {each.remedy}" if each.remedy else ""
            stream.write(f"{each.verdict}: {each.name}: {each.found}{remedy}\n")
    stream.write(f"{summary(findings)}\n")


def summary(findings: Sequence[Finding]) -> str:
    """One line: how many are wrong, and how many are advice."""
    counts = {verdict: [each.verdict for each in findings].count(verdict) for verdict in STYLES}
    wrong = f"{counts['wrong']} wrong" if counts["wrong"] else "nothing is wrong"
    return f"{wrong}; advice: {counts['advice']}; good: {counts['good']}; not known: {counts['not known']}"


def as_json(findings: Sequence[Finding]) -> str:
    """One object: whether nothing is wrong, and every finding with its four fields."""
    good = all(each.verdict != "wrong" for each in findings)
    return json.dumps({"good": good, "findings": [each._asdict() for each in findings]}, indent=2)
