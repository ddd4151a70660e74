"""Where things stand on the page: nothing that is to be read is under or upon another thing."""

import itertools

import pytest

from .graphs import graph

NAMES = (
    "steps",
    "dense",
    *(pytest.param(name, marks=pytest.mark.slow) for name in ("book", "with_constant")),
)
ON_SCREEN = """(chosen) => [...document.querySelectorAll(chosen)].map((each) => {
  const { x, y, width, height } = each.getBoundingClientRect();
  return { x, y, width, height, words: each.textContent };
})"""


def touch(one, other, room=1.0):
    """Whether two rectangles share more than a line of so many pixels."""
    return all(
        min(one[at] + one[size], other[at] + other[size]) - max(one[at], other[at]) > room
        for at, size in (("x", "width"), ("y", "height"))
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_words_on_lines_touch_neither_each_other_nor_a_box(opened, name):
    page = opened(graph(name))
    words, boxes = page.evaluate(ON_SCREEN, ".link text"), page.evaluate(ON_SCREEN, ".box")
    assert len(words) > len(boxes) / 2, "most words have room"
    titles = page.evaluate(ON_SCREEN, ".around > text")
    pairs = [*itertools.combinations(words, 2), *itertools.product(words, [*boxes, *titles])]
    assert [(one["words"], other["words"]) for one, other in pairs if touch(one, other, 2.0)] == []


@pytest.mark.parametrize("name", ["steps", "dense"])
def test_the_name_of_a_frame_is_not_under_a_box(opened, name):
    page = opened(graph(name))
    titles, boxes = page.evaluate(ON_SCREEN, ".around > text"), page.evaluate(ON_SCREEN, ".box")
    assert titles
    pairs = [*itertools.product(titles, boxes), *itertools.combinations(titles, 2)]
    assert [(one["words"], other["words"]) for one, other in pairs if touch(one, other)] == []


@pytest.mark.parametrize("key", ["Enter", " "])
def test_a_box_a_line_and_a_fold_answer_to_both_keys_of_a_button(opened, key):
    page = opened(graph("steps"))
    page.locator(".box.output").focus()
    page.keyboard.press(key)
    assert page.inner_text("#panel h2") == graph("steps").output
    page.locator(".link:not(.plain)").first.focus()
    page.keyboard.press(key)
    assert page.inner_text("#panel h2").startswith("Edge e")
    page.locator(".toggle").first.focus()
    page.keyboard.press(key)
    assert page.locator(".box.group").count() == 1
    assert page.inner_text("#play") == "Play", "nothing began to play"


def test_home_and_end_go_through_the_page_outside_of_the_graph(opened):
    page = opened(graph("layer"), 390)
    page.locator("summary").focus()
    page.keyboard.press("End")
    page.wait_for_function("scrollY > 0")
    assert page.locator(".link.played").count() == 0
    page.locator("#fit").focus()
    page.keyboard.press("End")
    assert page.locator(".link.played").count() == page.locator(".link:not(.plain)").count()


MIDDLE = """() => {
  const { a, e, f } = document.querySelector("#content").transform.baseVal.consolidate().matrix;
  const { clientWidth, clientHeight } = document.querySelector("#drawing");
  return [a, (clientWidth / 2 - e) / a, (clientHeight / 2 - f) / a];
}"""


def test_turning_a_phone_keeps_what_was_in_the_middle(opened):
    page = opened(graph("steps"), 390)
    untouched = page.evaluate(MIDDLE)
    for _ in range(3):
        page.click("#in")
    before = page.evaluate(MIDDLE)
    assert before[0] > untouched[0]
    turned(page)
    assert page.evaluate(MIDDLE) == pytest.approx(before, abs=0.01)
    page.click("#fit")
    fitted = page.evaluate(MIDDLE)
    turned(page, 390)
    assert page.evaluate(MIDDLE)[0] != pytest.approx(fitted[0]), "what was not moved is fitted again"


def turned(page, width=844):
    page.set_viewport_size({"width": width, "height": 1234 - width})
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
