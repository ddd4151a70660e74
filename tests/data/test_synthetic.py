import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from bnact.data import spirals
from bnact.data.synthetic import spiral_points


@pytest.mark.parametrize("arms", [2, 3])
def test_every_arm_is_a_class(arms):
    dataset = spirals(arms=arms, examples_per_arm=100)
    assert dataset.name == "spirals"
    assert (dataset.classes, dataset.features) == (arms, 2)
    labels = np.concatenate([dataset.train.labels, dataset.validation.labels, dataset.test.labels])
    np.testing.assert_array_equal(np.bincount(labels), 100)


def test_the_same_points_every_time():
    first, second = spirals(), spirals()
    np.testing.assert_array_equal(first.train.inputs, second.train.inputs)
    assert first.hash == second.hash
    assert first.hash != spirals(noise=0.06).hash


@pytest.mark.parametrize("arms", [2, 3])
def test_neighbours_tell_the_arms_apart_and_a_line_does_not(arms):
    dataset = spirals(arms=arms)
    assert KNeighborsClassifier().fit(*dataset.train).score(*dataset.test) > 0.9
    assert LogisticRegression().fit(*dataset.train).score(*dataset.test) < 0.7


def test_without_noise_a_point_lies_on_its_arm():
    points, labels = spiral_points(arms=3, examples_per_arm=50, turns=1.0, noise=0.0)
    radius = np.hypot(*points.T)
    turned = (np.arctan2(points[:, 1], points[:, 0]) / (2 * np.pi) - labels / 3 - radius) % 1.0
    np.testing.assert_allclose(np.minimum(turned, 1 - turned), 0.0, atol=1e-6)
    assert radius.min() >= 0.1 - 1e-6
    assert radius.max() <= 1.0 + 1e-6


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"arms": 1}, "spirals: there must be at least 2 arms; got arms=1; use arms=2 or 3"),
        ({"examples_per_arm": 4}, "at least 5 examples; got examples_per_arm=4; use 700"),
        ({"noise": -0.1}, "spirals: noise must not be negative; got noise=-0.1; use 0.05"),
        ({"noise": float("nan")}, "spirals: noise must not be negative; got noise=nan; use 0.05"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        spirals(**arguments)
