import base64
import hashlib
import re

import pytest

from bnact.studies.claim import Answer, Figure, LegendEntry, Panel, Table
from bnact.studies.report import Card, Page, Section, html

EVIL = "<script>alert('x')</script> & \"quoted\""
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>'


def page(words="words", answer: Answer = "refuted"):
    card = Card("part", answer, words, words, "−3.1 points", "−3.7 to −2.6", words, 10)
    section = Section(
        id="part",
        heading=words,
        card=card,
        quote=words,
        source=words,
        paragraphs=((words, words),),
        figures=(Figure(words, (LegendEntry(words, SVG),), (Panel(words, words, SVG),)),),
        tables=(Table(words, (words,), ((words,),), (words,)),),
        rule=words,
        command=words,
        links=((words, words),),
    )
    return Page(words, words, words, (section,), ((words, words),), (words,))


def test_every_string_is_escaped_wherever_it_is_shown():
    text = html(page(EVIL))
    assert "<script" not in text
    assert text.count("&lt;script&gt;") == html(page("words")).count("words")
    assert 'alt="&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &#34;quoted&#34;"' in text


def test_the_page_loads_nothing_and_runs_nothing():
    text = html(page())
    assert not re.search(r"(?:https?:)?//[a-z]", text)
    assert "<script" not in text
    assert "<link" not in text
    assert "@import" not in text
    assert set(re.findall(r'src="([a-z]+:[^,]*),', text)) == {"data:image/svg+xml;base64"}


def test_the_content_security_policy_allows_this_style_sheet_alone():
    text = html(page())
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    (style,) = re.findall(r"<style>(.*?)</style>", text, flags=re.DOTALL)
    allowed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.startswith("default-src 'none'")
    assert f"style-src 'sha256-{allowed}'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"\sstyle=", text)


def test_a_verdict_is_told_by_word_and_mark_and_not_by_colour_alone():
    marks: dict[Answer, str] = {"supported": "✓", "refuted": "✕", "undecided": "?"}
    for answer, mark in marks.items():
        text = html(page(answer=answer))
        assert re.search(rf'class="mark" aria-hidden="true">{re.escape(mark)}</span> {answer}', text)


def test_the_same_page_is_the_same_text():
    assert html(page()) == html(page())


def test_every_link_leads_somewhere():
    text = html(page())
    targets = re.findall(r'href="#([^"]+)"', text)
    assert targets
    assert all(f'id="{target}"' in text for target in targets)


def test_without_verdicts_there_are_no_cards():
    bare = page()
    bare = bare._replace(sections=(bare.sections[0]._replace(card=None),))
    assert "The verdicts" not in html(bare)


@pytest.mark.parametrize("kept", ["34 %", "n = 10", "3.1 points"])
def test_no_line_breaks_between_a_number_and_its_unit(kept):
    text = html(page(kept))
    for tag in ("question", "summary", "notice", "sentence"):
        (shown, *_) = re.findall(rf'class="{tag}">([^<]*)<', text)
        assert shown == kept.replace(" ", "\N{NO-BREAK SPACE}")


def test_n_counts_what_it_says():
    card = Card("part", "supported", "c", "s", "0", "exact", "m", 5, counted="edge")
    assert "n&nbsp;=&nbsp;5 edges" in html(Page("t", "q", "s", (Section("part", "h", card),), ()))
    assert "n&nbsp;=&nbsp;10 seeds" in html(page())


def test_a_page_links_pages_beside_it():
    linked = Section("part", "h", links=(("Play it", "graph.html"),))
    assert '<a href="graph.html">Play it</a>' in html(Page("t", "q", "s", (linked,), ()))
