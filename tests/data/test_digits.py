import sys

import numpy as np
import pytest

from bnact.data import digits


def test_the_bundled_digits():
    dataset = digits()
    assert dataset.name == "digits"
    assert (dataset.features, dataset.classes) == (64, 10)
    assert [len(split.labels) for split in (dataset.train, dataset.validation, dataset.test)] == [
        1077,
        360,
        360,
    ]
    assert set(np.unique(dataset.train.labels)) == set(range(10))


def test_the_digits_and_their_split_are_the_same_for_ever():
    dataset = digits()
    assert dataset.hash == "62444a249a2413d5ca153012a7fbc3df30486c4b404b4d40d2c26e9aa8d9a99f"
    np.testing.assert_array_equal(dataset.train.labels[:10], [2, 8, 2, 6, 6, 7, 1, 9, 8, 5])
    np.testing.assert_array_equal(dataset.test.labels[:10], [7, 9, 4, 7, 0, 2, 6, 1, 3, 1])


def test_rare_pixels_do_not_explode():
    assert np.abs(digits().test.inputs).max() < 5.0


def test_without_scikit_learn_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(ImportError, match=r"digits: .* not installed; use pip install 'bnact\[study\]'"):
        digits()
