"""A report as Markdown says what its HTML says, in words and tables."""

import re

import pytest

from bnact.studies.claim import Finding, Table
from bnact.studies.report import Card, Page, Section, markdown

CARD = Card(
    id="one",
    answer="refuted",
    claim="a | b is <better>",
    sentence="No: it is not.",
    effect="−1.0 point",
    interval="corrected interval −2.0 to −0.1",
    meaning="test accuracy",
    n=10,
    group="From a question",
)
SECTION = Section(
    id="one",
    heading="One",
    card=CARD,
    quote=CARD.claim,
    source="Somebody",
    paragraphs=(("Why it matters", "It does."),),
    tables=(Table("What was measured", ("name", "value"), (("a|b", "1"), ("c", "2")), ("a note",)),),
    findings=(
        (Finding("Others, 2020", "Elsewhere", "Found 3.", "refuted", "Same.", "Else."), "Ours differs."),
    ),
    rule="Supported if above 0.",
    turns="More seeds.",
    command="python -m this",
)
PAGE = Page("A title", "A question?", "In short.", (SECTION,), (("Versions", "jax 1"),), ("A quick look.",))


@pytest.fixture(scope="module")
def text():
    return markdown(PAGE)


@pytest.mark.parametrize(
    "said",
    [
        "# A title",
        "**A quick look.**",
        "### From a question",
        "✕ **refuted**: No: it is not.",
        "−1.0 point (test accuracy), corrected interval −2.0 to −0.1, n = 10 seeds.",
        "**Why it matters.** It does.",
        "**Others:** Others, 2020. Elsewhere. Found 3. Ours differs.",
        "**The rule that decided, written before the result.** Supported if above 0.",
        "**What would change the verdict.** More seeds.",
        "```text\npython -m this\n```",
        "**Versions.** jax 1",
        "a note",
    ],
)
def test_everything_a_page_says_is_there(text, said):
    assert said in text


def test_every_line_of_a_table_has_as_many_cells(text):
    assert "| a\\|b | 1 |" in text
    for block in re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE):
        counts = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
        assert len(counts) == 1, block


def test_nothing_is_taken_for_html(text):
    assert "<better>" not in text
    assert "&lt;better>" in text


def test_a_link_leads_to_the_section(text):
    assert "](#one)" in text
    assert '<a id="one"></a>' in text


def test_the_same_page_gives_the_same_text(text):
    assert markdown(PAGE) == text


def test_what_is_empty_is_not_shown():
    bare = markdown(PAGE._replace(sections=(), methods=(), notices=()))
    assert bare == "# A title\n\nA question?\n\nIn short.\n\n"
