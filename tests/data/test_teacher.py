import re

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

from bnact.data import from_arrays, teacher
from bnact.data.teacher import teacher_outputs


def test_the_label_is_the_largest_output():
    inputs, outputs = teacher_outputs(2000, 6, 4)
    dataset = teacher()
    again = from_arrays("teacher", inputs, np.argmax(outputs, axis=1))
    np.testing.assert_array_equal(dataset.train.labels, again.train.labels)
    np.testing.assert_array_equal(dataset.train.inputs, again.train.inputs)
    np.testing.assert_allclose(outputs.mean(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(outputs.std(axis=0), 1.0)


def splits(dataset):
    return dataset.train, dataset.validation, dataset.test


def test_the_task_is_the_same_for_ever():
    assert teacher().hash == "c53294ed1ea0327693772b98e8c268541887fad7d6c59e13530ddb1225acf2ea"
    assert (teacher().name, teacher().features, teacher().classes) == ("teacher", 6, 4)


def test_no_label_hangs_on_a_rounding():
    outputs = np.sort(teacher_outputs(2000, 6, 4).labels, axis=1)
    assert (outputs[:, -1] - outputs[:, -2]).min() > 1e-6


def test_classes_are_about_as_large():
    counts = np.bincount(np.concatenate([split.labels for split in splits(teacher())]))
    assert counts.min() > 0.7 * counts.mean()
    assert counts.max() < 1.3 * counts.mean()


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_a_network_finds_more_than_lines_do():
    dataset = teacher()
    network = MLPClassifier((32, 32), alpha=0.01, max_iter=100, random_state=0).fit(*dataset.train)
    lines = LogisticRegression().fit(*dataset.train)
    assert network.score(*dataset.test) > lines.score(*dataset.test) + 0.05 > 0.6


@pytest.mark.parametrize("arguments", [{"examples": 9}, {"features": 0}, {"classes": 1}])
def test_bad_arguments_are_named(arguments):
    (name, value), *_ = arguments.items()
    with pytest.raises(
        ValueError, match=f"teacher: there must be at least 10 examples, .*{name}={value}.*; use 2000"
    ):
        teacher(**arguments)


def test_a_class_without_an_example_is_named():
    with pytest.raises(
        ValueError, match=re.escape("teacher: labels must be 0, 1, ..., classes - 1 with no class")
    ):
        teacher(examples=10, classes=40)
