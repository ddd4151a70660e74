"""The page in a browser, where there is one: what its buttons do, and what can be read."""

import pytest

from bnact.gradient_graph.render.page_data import page_data

from .graphs import HOSTILE, chain, graph

MINUS = "\u2212"


def counter(page):
    return page.inner_text("#counter")


def played(page):
    return page.locator(".link.played").count()


def link(page, source, target):
    """The line between two values; its middle may be under something else, so it is clicked by its event."""
    return page.locator(f'.link[aria-label*="from {source} to {target}"]')


def scale(page):
    return page.evaluate("document.querySelector('#content').transform.baseVal.consolidate().matrix.a")


def test_forward_values_are_there_first_and_gradients_come_one_edge_at_a_time(opened):
    page = opened(graph("book"))
    assert (counter(page), played(page)) == ("forward pass", 0)
    assert page.locator(".box .gradient:visible").count() == 0
    assert page.locator(".box .value:visible").all_text_contents() == ["0", "2", "5", "0", f"{MINUS}5", "25"]
    assert page.is_disabled("#back")
    for number in range(1, 6):
        page.click("#step")
        assert (counter(page), played(page)) == (f"edge {number} of 5", number)
    assert page.is_disabled("#step")
    assert f"{MINUS}10 × 2 = {MINUS}20" in page.inner_text("#caption")
    assert page.locator(".box .gradient:visible").count() == 6
    page.click("#back")
    assert (counter(page), played(page)) == ("edge 4 of 5", 4)
    page.click("#start")
    assert played(page) == 0
    page.click("#end")
    assert played(page) == 5


def test_the_slider_and_the_keys_move_through_the_edges(opened):
    page = opened(graph("book"))
    page.locator("#place").fill("3")
    assert (counter(page), played(page)) == ("edge 3 of 5", 3)
    page.locator("body").press("ArrowLeft")
    assert played(page) == 2
    page.locator("#play").press("End")
    assert played(page) == 5
    page.locator("#play").press("Home")
    assert played(page) == 0


def test_play_runs_to_the_end_and_can_be_paused(opened):
    page = opened(graph("book"))
    page.select_option("#speed", "120")
    page.click("#play")
    assert page.inner_text("#play") == "Pause"
    page.wait_for_function("document.querySelectorAll('.link.played').length > 0")
    page.locator("body").press(" ")
    paused = played(page)
    page.wait_for_timeout(300)
    assert (played(page), page.inner_text("#play")) == (paused, "Play")
    page.click("#play")
    page.wait_for_function("document.querySelectorAll('.link.played').length == 5")
    assert (counter(page), page.inner_text("#play")) == ("edge 5 of 5", "Play")


def test_a_click_on_an_edge_shows_its_arithmetic(opened):
    page = opened(graph("book"))
    expected = {
        ("v", "prediction"): f"{MINUS}10 × 2 = {MINUS}20",
        ("prediction", "error"): f"{MINUS}10 × 1 = {MINUS}10",
        ("y", "error"): f"{MINUS}10 × {MINUS}1 = 10",
        ("error", "integer_pow"): f"1 × {MINUS}10 = {MINUS}10",
    }
    for (source, target), words in expected.items():
        box = link(page, source, target).locator(".value").bounding_box()
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        assert page.inner_text(".arithmetic") == words
    link(page, "x", "prediction").focus()
    page.keyboard.press("Enter")
    assert page.inner_text(".arithmetic") == f"{MINUS}10 × 0 = 0"


def test_a_value_shows_the_sum_of_its_contributions_formula_and_line(opened):
    page = opened(graph("twice"))
    page.locator('.box[aria-label^="b,"]').click()
    assert page.inner_text(".sum") == f"{MINUS}16 {MINUS} 48 = {MINUS}64"
    page.locator('.box[aria-label^="total,"]').click()
    words = page.inner_text("#panel")
    assert "mul + b" in words
    assert "graphs.py:" in words


def test_an_array_shows_its_shape_and_its_small_jacobian_as_a_table(opened):
    page = opened(graph("undefined"))
    link(page, "x", "log").dispatch_event("click")
    rows = page.locator('[aria-label="The local Jacobian"] tr')
    assert [row.split("\t") for row in rows.all_inner_texts()][1] == ["0", "inf", "0", "0"]
    assert "4×4, diagonal" in page.inner_text("#panel")


def test_zooming_by_buttons_keys_and_wheel_and_moving(opened):
    page = opened(graph("book"))
    first = scale(page)
    page.click("#in")
    assert scale(page) > first
    page.click("#out")
    page.click("#out")
    assert scale(page) < first
    page.click("#fit")
    assert scale(page) == pytest.approx(first)
    page.mouse.move(400, 500)
    page.mouse.wheel(0, -200)
    page.wait_for_function(
        f"document.querySelector('#content').transform.baseVal.consolidate().matrix.a > {first}"
    )
    before = page.get_attribute("#content", "transform")
    page.mouse.down()
    page.mouse.move(460, 540, steps=4)
    page.mouse.up()
    assert page.get_attribute("#content", "transform") != before
    assert page.locator(".chosen").count() == 0, "a drag chooses nothing"


def test_steps_fold_into_boxes_with_the_edges_that_cross_their_border(opened):
    page = opened(graph("steps"))
    assert page.locator(".box.group").count() == 0
    page.click("#end")
    page.click("#fold")
    assert page.locator(".box.group").count() == 3
    inside = {node.name for node in graph("steps").nodes if node.scope}
    crossing = [e for e in graph("steps").edges if not {e.source, e.target} <= inside]
    across = sum(
        edge.source.startswith("h") and edge.target.startswith("mul") for edge in graph("steps").edges
    )
    assert counter(page).endswith(f" of {len(crossing) + across}")
    assert played(page) == page.locator(".link:not(.plain)").count(), "where it stood, it stands"
    page.locator('.toggle[aria-label="Unfold step 1"]').click()
    assert page.locator(".box.group").count() == 2
    page.locator('.toggle[aria-label="Fold step 1"]').click()
    assert page.locator(".box.group").count() == 3
    page.click("#unfold")
    assert page.locator(".box").count() == len(page_data(graph("steps"))["nodes"])


LARGE = chain([f"value_{number}" for number in range(200)], steps=8)


@pytest.mark.parametrize("width", [390, pytest.param(1280, marks=pytest.mark.slow)])
def test_a_graph_of_two_hundred_values_starts_folded_and_is_found_by_name(opened, width):
    page = opened(LARGE, width)
    assert page.locator(".box").count() == 9
    page.fill("#search", "value_137")
    assert page.inner_text("#found") == "1 found"
    page.press("#search", "Enter")
    assert page.inner_text("#panel h2") == "value_137"
    assert page.locator(".box.chosen").count() == 1
    page.click("#unfold")
    assert page.locator(".box").count() == 201
    page.click("#step")
    assert counter(page) == "edge 1 of 200"


@pytest.mark.parametrize("name", ["book", "layer", "hostile"])
def test_a_phone_never_scrolls_sideways(opened, name):
    page = opened(graph(name), 390)
    page.click("#end")
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_hostile_names_are_shown_as_they_are(opened):
    page = opened(graph("hostile"))
    page.locator(".box.output").click()
    assert page.text_content("#panel h2") == HOSTILE + "2"
    assert page.locator("#panel b:not([class])").count() == 0


def test_paper_shows_the_whole_graph_with_its_gradients(opened):
    page = opened(LARGE)
    page.emulate_media(media="print")
    page.wait_for_function("document.querySelectorAll('.box').length == 201")
    assert page.locator(".box .gradient:visible").count() == 201
    assert page.is_hidden("#controls")
    sheet, content = (page.locator(name).bounding_box() for name in ("#drawing", "#content"))
    for side, size in (("x", "width"), ("y", "height")):
        assert sheet[side] - 1 <= content[side]
        assert content[side] + content[size] <= sheet[side] + sheet[size] + 1
    assert content["height"] > 0.8 * sheet["height"] > 400
    page.emulate_media(media="screen")
    page.wait_for_function("document.querySelectorAll('.box').length == 9")


GROUNDS, WORDS = ("paper", "tint", "box", "input", "group"), ("ink", "soft", "value", "gradient")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_stands_out_from_its_ground(opened, scheme):
    page = opened(graph("book"))
    page.emulate_media(color_scheme=scheme)
    named = "name => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim()"
    colours = {name: page.evaluate(named, name) for name in (*GROUNDS, *WORDS, "mark", "on-mark")}
    pairs = [(word, ground) for ground in GROUNDS for word in WORDS]
    for word, ground in (*pairs, ("on-mark", "mark")):
        assert contrast(colours[word], colours[ground]) >= 4.5, (word, ground)


def contrast(one, other):
    """The ratio of WCAG 2.2."""
    lights = sorted((luminance(one), luminance(other)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def luminance(colour):
    digits = colour.lstrip("#")
    digits = "".join(2 * each for each in digits) if len(digits) == 3 else digits
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
