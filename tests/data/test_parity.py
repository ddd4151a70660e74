import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from bnact.data import parity
from bnact.data.parity import parity_rows


@pytest.mark.parametrize("relevant", [1, 2, 3, 12])
def test_the_label_is_the_parity_of_the_first_bits(relevant):
    dataset = parity(relevant)
    for split in (dataset.train, dataset.validation, dataset.test):
        np.testing.assert_array_equal(split.labels, (split.inputs[:, :relevant] < 0).sum(axis=1) % 2)


def test_inputs_are_bits_and_stay_so():
    dataset = parity()
    assert set(np.unique(dataset.train.inputs)) == {-1.0, 1.0}
    assert (dataset.name, dataset.features, dataset.classes) == ("parity", 12, 2)


def test_no_test_example_is_seen_in_training():
    dataset = parity()
    rows = np.concatenate([dataset.train.inputs, dataset.validation.inputs, dataset.test.inputs])
    assert len(np.unique(rows, axis=0)) == len(rows) == 2000


def test_the_task_is_the_same_for_ever():
    assert parity().hash == "e7680cdd353e0a87d52c727f44a2f5662ab8b674cbdb87f9be057e11989aa0e1"
    np.testing.assert_array_equal(parity_rows(3, 12, 10).labels, [0, 1, 0, 1, 1, 0, 0, 0, 0, 1])


def test_lines_find_nothing():
    dataset = parity()
    assert abs(LogisticRegression().fit(*dataset.train).score(*dataset.test) - 0.5) < 0.06


@pytest.mark.parametrize(
    "arguments",
    [{"relevant": 0}, {"relevant": 13}, {"bits": 2}, {"bits": 21}, {"examples": 9}, {"examples": 4097}],
)
def test_bad_arguments_are_named(arguments):
    (name, value), *_ = arguments.items()
    with pytest.raises(
        ValueError, match=f"parity: there must be 1 to bits .*{name}={value}.*; use 3, 12 and 2000"
    ):
        parity(**arguments)
