import math

import pytest

from bnact.studies.claim import Answer, Scale, Verdict
from bnact.studies.matrix import (
    Stratum,
    contradicted,
    flips,
    matrix_of,
    overall,
    replicated,
    speaking,
    stratum_of,
)

DIGITS, TEACHER = Stratum("digits", "mlp"), Stratum("teacher", "mlp")
ANSWERS: dict[str, Answer] = {"s": "supported", "r": "refuted", "u": "undecided"}


def verdict(letter, effect=1.0):
    return Verdict(
        "a", "text", "source", ANSWERS[letter], effect, effect - 1, effect + 1, 10, f"Said {letter}."
    )


def matrix(digits, teacher=None):
    """Verdicts by letters, one for each set of seeds; effects count them."""
    found = {DIGITS: tuple(verdict(letter, float(place)) for place, letter in enumerate(digits))}
    if teacher is not None:
        found[TEACHER] = tuple(verdict(letter, 10.0 + place) for place, letter in enumerate(teacher))
    return found


@pytest.mark.parametrize(
    ("digits", "teacher", "answer"),
    [
        ("ss", "ss", "supported"),
        ("rr", "ss", "refuted"),
        ("ss", "rr", "refuted"),
        ("ss", "uu", "undecided"),
        ("ss", "su", "undecided"),
        # One set of seeds that disagrees takes a stratum's word away.
        ("ss", "sr", "undecided"),
        ("ss", "ru", "undecided"),
        ("ru", "rr", "refuted"),
        ("su", "rr", "refuted"),
        ("uu", "uu", "undecided"),
        ("s", "r", "refuted"),
    ],
)
def test_one_verdict_is_made_of_all_as_the_rule_says(digits, teacher, answer):
    assert overall(matrix(digits, teacher)).verdict == answer


@pytest.mark.parametrize(
    ("digits", "teacher", "answer"),
    [
        ("ss", "ss", "supported"),
        ("ss", "rr", "supported"),
        ("rr", "rr", "refuted"),
        ("rr", "uu", "undecided"),
        ("sr", "rr", "undecided"),
        ("su", "uu", "undecided"),
        ("ss", "uu", "supported"),
    ],
)
def test_what_holds_somewhere_needs_one_place_and_is_refuted_by_all(digits, teacher, answer):
    found = matrix(digits, teacher)
    assert overall(found, "somewhere").verdict == answer
    speaker = speaking(found, "somewhere")
    assert speaker is None or found[speaker][0].verdict == answer


def test_the_words_name_only_what_differs_between_the_strata():
    by_architecture = {
        Stratum("digits", name): (verdict("s"), verdict("s")) for name in ("mlp", "residual_mlp")
    }
    assert overall(by_architecture).sentence == "Said s. Seen with mlp. Both architectures support it."
    both = {**by_architecture, TEACHER: (verdict("s"), verdict("s"))}
    assert overall(both).sentence == (
        "Said s. Seen on digits with mlp. All 3 pairs of task and architecture support it."
    )
    assert overall(matrix("su", "rr"), "somewhere").sentence.startswith("Not clearly anywhere, or not")


def test_numbers_are_those_of_the_first_stratum_that_gives_the_answer():
    found = overall(matrix("ss", "rr"))
    assert (found.effect, found.low, found.n) == (10.0, 9.0, 10)
    assert found.sentence == "Said r. Seen on teacher. Of 2 tasks, 1 supports it and 1 refutes it."
    assert speaking(matrix("ss", "rr")) == TEACHER


def test_where_no_stratum_speaks_for_all_there_is_no_effect():
    found = overall(matrix("ss", "su"))
    assert speaking(matrix("ss", "su")) is None
    assert math.isnan(found.effect)
    assert math.isnan(found.low)
    assert found.n == 0
    assert found.sentence == (
        "Not everywhere, or not with all seeds. Of 2 tasks, 1 supports it and 1 leaves it open."
    )


def test_a_single_verdict_is_left_as_it_is():
    assert overall(matrix("s")) == verdict("s", 0.0)


def test_several_sets_of_seeds_in_one_place_are_counted():
    assert overall(matrix("ss")).sentence == "Said s. Both sets of seeds support it."
    assert overall(matrix("sr")).verdict == "undecided"
    assert overall(matrix("sur")).sentence.endswith(
        "Of 3 sets of seeds, 1 supports it, 1 refutes it and 1 leaves it open."
    )


def test_replication_contradiction_and_flips_are_told_apart():
    pairs = matrix("sr", "su")
    assert [replicated(each) for each in pairs.values()] == ["undecided", "undecided"]
    assert [contradicted(each) for each in pairs.values()] == [True, False]
    assert not flips(pairs)
    assert flips(matrix("ss", "rr"))
    assert not flips(matrix("ss", "ru"))


def test_verdicts_are_gathered_by_stratum_in_the_order_of_scales():
    scales = [
        Scale(2, 10, (0.1,), (2,), data, first_seed=first)
        for data in ("teacher", "digits")
        for first in (0, 2)
    ]
    verdicts = [verdict("s", float(place)) for place in range(4)]
    found = matrix_of(scales, verdicts)
    assert list(found) == [TEACHER, DIGITS] == list(dict.fromkeys(map(stratum_of, scales)))
    assert [each.effect for each in found[DIGITS]] == [2.0, 3.0]
    with pytest.raises(ValueError, match="shorter"):
        matrix_of(scales, verdicts[:3])


@pytest.mark.parametrize("first, used, fix", [(0, 0, 2), (1, 1, 2)])
def test_sets_of_seeds_that_overlap_are_refused(first, used, fix):
    scales = [Scale(2, 10, (0.1,), (2,), "digits", first_seed=each) for each in (0, first)]
    message = f"matrix_of: .* disjoint seeds; got seed {used} twice on digits, mlp; use first_seed={fix}"
    with pytest.raises(ValueError, match=message):
        matrix_of(scales, [verdict("s")] * 2)
    apart = [scales[0], scales[1]._replace(data="teacher")]
    assert list(matrix_of(apart, [verdict("s")] * 2)) == [DIGITS, TEACHER]
