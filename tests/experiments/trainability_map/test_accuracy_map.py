import numpy as np
import pytest

from bnact import data
from bnact.studies import Pair
from experiments.trainability_map.accuracy_map import accuracy_maps, halfway, measured_depth
from experiments.trainability_map.maps import CLASSES, DATA, gain_of, settings_of, weight_variance_of
from tests.experiments.trainability_map.maps import SMALL, made_rows, without

DEPTHS = np.array([4, 8, 16, 32])


@pytest.mark.parametrize(
    ("accuracy", "depth"),
    [
        ((0.9, 0.9, 0.1, 0.1), 8 * 2**0.5),
        ((0.9, 0.7, 0.3, 0.1), 8 * 2**0.5),
        ((0.9, 0.5, 0.1, 0.1), 8.0),
        ((0.9, 0.8, 0.6, 0.2), 16 * 2**0.25),
        ((0.9, 0.1, 0.9, 0.9), 4 * 2**0.5),
        ((0.9, 0.9, 0.9, 0.5), 32.0),
        ((0.9, 0.9, 0.9, 0.9), 32.0),
        ((0.4, 0.9, 0.9, 0.9), 4.0),
        ((0.0, 0.0, 0.0, 0.0), 4.0),
    ],
)
def test_the_depth_is_where_accuracy_first_falls_below_the_threshold_in_the_logarithm(accuracy, depth):
    assert measured_depth(DEPTHS, np.array(accuracy), 0.5) == pytest.approx(depth, rel=1e-12)


def test_a_depth_that_was_not_trained_leaves_the_trainable_depth_unknown():
    assert np.isnan(measured_depth(DEPTHS, np.array([0.9, np.nan, 0.1, 0.1]), 0.5))


def test_half_way_is_between_chance_and_the_best_that_is_known():
    assert halfway(np.array([[0.2, np.nan], [0.9, 0.5]]), 0.1) == pytest.approx(0.5)


def test_a_map_has_a_row_for_every_weight_variance_and_a_column_for_every_depth():
    maps = accuracy_maps(made_rows())
    assert [each.pair for each in maps] == list(SMALL.weight_variances)
    for each in maps:
        assert tuple(each.weight_variances) == SMALL.weight_variances[each.pair]
        assert tuple(each.depths) == SMALL.scale.depths
        assert each.accuracy.shape == (len(each.weight_variances), len(each.depths))
        assert np.all(np.isin(each.learning_rate, SMALL.scale.learning_rates))


def test_accuracies_stand_at_their_own_weight_variance_and_depth():
    relu = next(each for each in accuracy_maps(made_rows()) if each.pair == Pair("relu", "none"))
    learns = [[True, False, False, False], [True, True, False, False], [True, False, False, False]]
    np.testing.assert_array_equal(relu.accuracy[:3] > 0.5, learns)
    assert not np.any(relu.accuracy[3] > 0.5)


def test_what_was_not_run_is_no_number():
    rows = without(made_rows(), activation="relu", depth=16, gain=gain_of(2.0))
    relu = next(each for each in accuracy_maps(rows) if each.pair.activation == "relu")
    assert np.argwhere(np.isnan(relu.accuracy)).tolist() == [[2, 2]]


@pytest.mark.parametrize("variance", [0.35, 0.85, 1.0, 2.0, 1 / 3, 250.0, 1e-3])
def test_a_weight_variance_survives_its_gain(variance):
    settings = settings_of(SMALL._replace(weight_variances={Pair("tanh", "none"): (variance,)}))
    assert {weight_variance_of(setting) for setting in settings} == {float(f"{variance:.6g}")}


def test_chance_is_that_of_the_data():
    assert data.load(DATA).classes == CLASSES
