import itertools
import re

from bnact.studies import Rows
from bnact.studies.claim import Table
from bnact.studies.report import Page, html
from bnact.studies.report.claim_section import Shown, claim_section
from tests.studies.report.made_up_claims import claim, verdict


def sections():
    return tuple(
        claim_section(
            claim(name),
            verdict(letter, name)._replace(sentence="No: it is not. And more is said."),
            Shown(
                Rows(),
                "command",
                group=group,
                strata=(("digits, mlp", "supported"), ("teacher, mlp", "refuted")),
                places=Table("places", ("a",), (("1",),)),
                clock=Table("clock", ("a",), (("1",),)),
            ),
        )
        for name, letter, group in (("first", "s", "one"), ("second", "r", "two"), ("third", "s", "one"))
    )


def text():
    return html(Page("t", "q", "s", sections(), (("term", "text"),)))


def test_a_page_has_tables_findings_and_what_would_turn_it():
    part = text()[text().index('<section id="second"') : text().index('<section id="third"')]
    said = "“text of second” | No: it is not. And more is said. | Why it matters | table</p> | places</p>"
    order = [*said.split(" | "), "clock</p>", "Author, 2001", "It would turn.", "written before", "command"]
    places = [part.index(each) for each in order]
    assert places == sorted(places)


def test_what_others_found_is_compared_with_the_answer_that_came_out():
    first, second = (text()[text().index(f'<section id="{name}"') :] for name in ("first", "second"))
    assert first.index("Theirs says the same, supported. Alike.") < first.index("Unlike.")
    assert second.index("Here it is refuted; by theirs it would be supported. Unlike.") < second.index(
        "Alike."
    )


def test_pages_lead_to_the_ones_beside_them_and_back_to_their_verdict():
    part = text()[text().index('<section id="second"') :]
    assert re.findall(r'href="#([^"]+)"', part)[:3] == ["verdict-second", "first", "third"]
    assert 'id="verdict-second"' in text()


def test_verdicts_are_counted_grouped_and_said_in_their_first_sentence():
    page = Page("t", "q", "s", sections(), ())
    assert page.tally == {"supported": 2, "refuted": 1, "undecided": 0}
    assert {group: [card.id for card in cards] for group, cards in page.groups.items()} == {
        "one": ["first", "third"],
        "two": ["second"],
    }
    assert {card.lead for cards in page.groups.values() for card in cards} == {"No: it is not."}
    assert 'aria-label="supported in 1, refuted in 1 of 2 pairs of task and architecture"' in text()


def test_headings_are_in_order_and_ids_are_unique():
    levels = [int(level) for level in re.findall(r"<h([1-6])", text())]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    ids = re.findall(r'\sid="([^"]+)"', text())
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', text())) <= set(ids)


def test_a_claim_without_runs_says_how_it_was_computed():
    plain, measured = claim("a"), claim("b")._replace(computed="fresh networks were measured")
    said = [
        dict(claim_section(each, verdict("s", each.id), Shown(Rows(), "command")).paragraphs)["What was done"]
        for each in (plain, measured)
    ]
    assert said[0] == "No network was trained: the claim is decided by computing, with 64-bit floats."
    assert said[1] == "No network was trained: fresh networks were measured."
