import sys

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression

from bnact.data import breast_cancer, diabetes, wine

SHAPES = {
    breast_cancer: (30, [341, 114, 114], 2),
    wine: (13, [106, 36, 36], 3),
    diabetes: (10, [264, 89, 89], 1),
}


@pytest.mark.parametrize("table", SHAPES)
def test_the_bundled_table(table):
    dataset = table()
    counts = [len(split.labels) for split in (dataset.train, dataset.validation, dataset.test)]
    assert (dataset.features, counts, dataset.outputs) == SHAPES[table]
    assert (dataset.name, dataset.image_shape) == (table.__name__, None)


@pytest.mark.parametrize("table", SHAPES)
def test_every_feature_is_standardized_by_itself(table):
    inputs = table().train.inputs.astype(np.float64)
    np.testing.assert_allclose(inputs.mean(axis=0), 0.0, atol=1e-6)
    np.testing.assert_allclose(inputs.std(axis=0), 1.0, rtol=1e-6)


def test_the_tables_and_their_split_are_the_same_for_ever():
    assert [table().hash[:16] for table in SHAPES] == [
        "1f19fe15c5aa7916",
        "b00f7653242f549e",
        "00f006c4fa4ebc23",
    ]
    np.testing.assert_array_equal(wine().test.labels[:10], [1, 0, 2, 1, 2, 0, 2, 2, 2, 0])


@pytest.mark.parametrize("table", [breast_cancer, wine])
def test_inputs_and_labels_belong_together(table):
    dataset = table()
    assert LogisticRegression().fit(*dataset.train).score(*dataset.test) > 0.95


def test_inputs_and_targets_belong_together():
    dataset = diabetes()
    assert dataset.kind == "regression"
    assert 0.4 < LinearRegression().fit(*dataset.train).score(*dataset.test) < 0.7


@pytest.mark.parametrize("table", SHAPES)
def test_without_scikit_learn_the_extra_is_named(table, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    message = rf"{table.__name__}: .* not installed; use pip install 'bnact\[study\]'"
    with pytest.raises(ImportError, match=message):
        table()
