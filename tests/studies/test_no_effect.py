import numpy as np
import pytest

from bnact.studies.no_effect import has_no_effect

NOISE = 0.001 * np.array([0.3, -1.1, 0.8, -0.2, 1.4, -0.9, 0.1, -0.6, 0.7, -0.5])


def outcomes(**means):
    decision = has_no_effect({name: mean + NOISE for name, mean in means.items()}, 0.01)
    return decision.answer, [each.outcome for each in decision.comparisons]


def test_differences_inside_the_margin_are_no_effect_on_either_side_of_zero():
    assert outcomes(a=0.0, b=0.005, c=-0.005) == ("supported", ["equal"] * 3)


@pytest.mark.parametrize(("mean", "outcome"), [(0.02, "above"), (-0.02, "below")])
def test_one_difference_beyond_the_margin_is_an_effect(mean, outcome):
    assert outcomes(a=0.0, b=mean) == ("refuted", ["equal", outcome])


def test_a_difference_on_the_margin_is_unclear():
    # A test of a difference from zero, not from the margin, would find an effect.
    assert outcomes(a=0.0, b=0.0101) == ("undecided", ["equal", "unclear"])


def test_too_few_seeds_show_nothing_and_not_that_there_is_no_effect():
    # The absence of a finding is not the finding of an absence.
    assert has_no_effect({"a": np.zeros(3)}, 0.01).answer == "undecided"
    assert has_no_effect({}, 0.01).deciding is None


def test_effect_and_interval_are_those_of_the_difference_itself():
    (found,) = has_no_effect({"a": 0.03 + NOISE}, 0.01).comparisons
    assert found.effect == pytest.approx(0.03 + NOISE.mean())
    assert 0.029 < found.low < found.effect < found.high < 0.031


def test_the_difference_farthest_from_the_margin_decides():
    deciding = has_no_effect({"a": 0.02 + NOISE, "b": NOISE - 0.05, "c": NOISE}, 0.01).deciding
    assert deciding is not None
    assert deciding.label == "b"


def test_one_lost_seed_does_not_make_a_family_of_twelve_undecidable():
    # Two tests each were 24, and 24 · 2 / 2^9 is above 5 %; twelve are below it.
    kept = {str(place): NOISE[:9] for place in range(12)}
    assert has_no_effect(kept, 0.01).answer == "supported"
    beyond = has_no_effect({**kept, "11": 0.02 + NOISE[:9]}, 0.01)
    assert (beyond.answer, beyond.comparisons[-1].p_value) == ("refuted", pytest.approx(12 * 2 / 2**9))
    assert 24 * 2 / 2**9 > 0.05


@pytest.mark.parametrize("mean", [0.0, 0.01, -0.01])
def test_a_family_on_an_end_or_inside_is_seldom_called_what_it_is_not(mean):
    # At an end "equal" is false, and "above" or "below" is off by nothing: both are counted.
    random = np.random.RandomState(0)
    false = {"above", "below"} if mean == 0.0 else {"above", "below", "equal"}
    spread = 0.01
    found = [
        has_no_effect({name: mean + spread * random.standard_normal(8) for name in "ab"}, 0.01).comparisons
        for _ in range(150)
    ]
    wrong = np.mean([any(each.outcome in false for each in family) for family in found])
    # 5 %, and three standard errors of 150.
    assert wrong <= 0.05 + 3 * (0.05 * 0.95 / 150) ** 0.5
