import pytest

from bnact.studies.claim import Quantity, Verdict
from bnact.studies.report.wording import (
    effect_in_words,
    interval_in_points,
    interval_in_words,
    interval_notes,
    listed,
    percent,
    plain,
    points,
    signed,
    significant,
    span,
)

VERDICT = Verdict("a", "t", "s", "refuted", -0.0312, -0.04, 0.001, 10, "w")


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (signed(1.24), "+1.2"),
        (signed(-0.26), "−0.3"),
        (signed(-0.01), "0.0"),
        (signed(float("nan")), "–"),
        (plain(-3.0, 0), "−3"),
        (plain(3.0, 0), "3"),
        (significant(0.10234), "0.102"),
        (significant(-1.8e-15, 2), "−1.8e−15"),
        (significant(float("nan")), "–"),
        (percent(0.3413), "34.1 %"),
        (percent(float("nan")), "–"),
        (points(-0.0312), "3.1 points"),
        (points(0.01), "1.0 point"),
        (listed(["2"]), "2"),
        (listed(["2", "8", "16"]), "2, 8 and 16"),
        (listed([]), ""),
    ],
)
def test_numbers_are_written_as_a_person_writes_them(found, expected):
    assert found == expected


def test_where_there_is_no_interval_a_dash_stands_and_a_note_says_why():
    nothing = float("nan")
    bare = VERDICT._replace(low=nothing, high=nothing, n=3)
    assert interval_in_words(bare, Quantity("difference", "points", 100.0)) == "corrected interval –"
    lost = bare._replace(effect=nothing, n=0)
    assert interval_in_words(lost, Quantity("difference", "points", 100.0)) == ""
    assert (span(nothing, nothing), span(-0.3, 2.0)) == ("–", "−0.3 to 2.0")
    assert interval_in_points(0.012, nothing, nothing) == "+1.2 [–]"
    assert interval_in_points(0.012, -0.003, 0.027) == "+1.2 [−0.3, +2.7]"
    assert interval_notes(4) == ()
    (note,) = interval_notes(3)
    assert note.startswith("– in the place of an interval: there are fewer than 4 seeds")


def test_an_effect_carries_its_unit():
    assert effect_in_words(VERDICT, Quantity("difference", "points", 100.0)) == "−3.1 points"
    assert interval_in_words(VERDICT, Quantity("difference", "points", 100.0)) == (
        "corrected interval −4.0 to +0.1"
    )
    plain_interval = Quantity("share", "%", 100.0, "95 % interval")
    assert interval_in_words(VERDICT, plain_interval) == "95 % interval −4.0 to 0.1"
    assert effect_in_words(VERDICT._replace(effect=0.341), Quantity("share", "%", 100.0)) == "34.1 %"


def test_a_computed_number_is_exact_and_has_no_interval():
    computed, exact = VERDICT._replace(effect=0.0, low=0.0, high=0.0), Quantity("deviation", "", 1.0, "exact")
    assert (effect_in_words(computed, exact), interval_in_words(computed, exact)) == ("0", "exact")
    assert interval_in_words(computed._replace(effect=float("nan")), exact) == ""
    simulated = Quantity("distance", "", 1.0, "95 % interval")
    found = VERDICT._replace(effect=0.0982, low=0.0951, high=0.1012)
    assert effect_in_words(found, simulated) == "0.0982"
    assert interval_in_words(found, simulated) == "95 % interval 0.0951 to 0.101"
