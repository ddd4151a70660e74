import numpy as np
import pytest

from bnact.studies import Pair, StudyError
from experiments.trainability_map.accuracy_map import accuracy_maps
from experiments.trainability_map.comparison import (
    agreement_of,
    compared,
    predicted_depth,
    rank_differences,
)
from experiments.trainability_map.maps import gain_of
from tests.experiments.trainability_map.maps import CHANCE, DEPTHS, SMALL, lost_at, made_rows, without

MAPS = accuracy_maps(made_rows())


def test_measured_depths_are_those_the_accuracies_were_made_with():
    settings = compared(MAPS, CHANCE, lost_at)
    assert [(each.pair, each.weight_variance) for each in settings] == list(SMALL.places)
    # Accuracy falls from its best to chance between two depths; half way is in the middle of them.
    found = {(each.pair.label, each.weight_variance): each.measured for each in settings}
    assert found["tanh, no norm", 1.0] == pytest.approx(16 * 2**0.5, rel=0.02)
    assert found["relu, no norm", 2.0] == pytest.approx(4 * 2**0.5, rel=0.02)
    assert found["relu, no norm", 8.0] == DEPTHS[0]


def test_a_theory_that_is_right_agrees_and_its_opposite_does_not():
    assert agreement_of(compared(MAPS, CHANCE, lost_at)).spearman > 0.9
    wrong = compared(MAPS, CHANCE, lambda pair, variance: 100.0 / lost_at(pair, variance))
    assert agreement_of(wrong).spearman < -0.9


def test_a_prediction_beyond_the_trained_depths_counts_as_their_end():
    settings = compared(MAPS, CHANCE, lambda pair, variance: np.inf if variance == 1.0 else 0.5)
    assert {each.visible for each in settings} == {DEPTHS[0], DEPTHS[-1]}
    assert {each.predicted for each in settings} == {0.5, np.inf}


def test_a_setting_that_trains_deeper_than_said_has_a_positive_rank_difference():
    settings = compared(
        MAPS, CHANCE, lambda pair, variance: 5.0 if variance == 0.5 else lost_at(pair, variance)
    )
    differences = rank_differences(settings)
    assert sum(differences) == pytest.approx(0.0)
    at = [each.pair.activation == "tanh" and each.weight_variance == 0.5 for each in settings].index(True)
    assert differences[at] == max(differences) > 1.0


def test_a_setting_that_lacks_a_depth_is_left_out():
    rows = without(made_rows(), activation="relu", depth=16, gain=gain_of(2.0))
    settings = compared(accuracy_maps(rows), CHANCE, lost_at)
    assert len(settings) == len(SMALL.places) - 1
    assert not [each for each in settings if each.pair.activation == "relu" and each.weight_variance == 2.0]


def test_theory_puts_networks_at_the_edge_of_chaos_above_those_off_it():
    tanh, relu = Pair("tanh", "none"), Pair("relu", "none")
    assert predicted_depth(tanh, 1.2) > predicted_depth(tanh, 0.5)
    assert predicted_depth(tanh, 1.2) > predicted_depth(tanh, 8.0)
    assert predicted_depth(relu, 2.0) > predicted_depth(relu, 1.0)
    assert predicted_depth(relu, 2.0) > predicted_depth(relu, 5.0)


def test_what_theory_refuses_is_said_with_the_setting():
    with pytest.raises(StudyError, match=r"must not jump.*\(step, no norm, weight variance 2\)"):
        predicted_depth(Pair("step", "none"), 2.0)
