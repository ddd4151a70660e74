import re

import numpy as np
import pytest

from bnact.data import DATASETS, load


@pytest.mark.parametrize("name", DATASETS)
def test_every_named_dataset_keeps_the_contract(name):
    dataset = load(name)
    assert dataset.name == name
    for split in (dataset.train, dataset.validation, dataset.test):
        assert split.inputs.dtype == np.float32
        assert split.labels.dtype == np.int32
        assert split.inputs.shape == (len(split.labels), dataset.features)
        assert set(np.unique(split.labels)) == set(range(dataset.classes))
    np.testing.assert_allclose(dataset.train.inputs.std(dtype=np.float64), 1.0, rtol=1e-6)


@pytest.mark.parametrize("name", DATASETS)
def test_a_dataset_is_the_same_every_time(name):
    first, second = load(name), load(name)
    assert first.hash == second.hash
    np.testing.assert_array_equal(first.test.inputs, second.test.inputs)


def test_a_users_file_is_named_by_its_path(tmp_path):
    path = tmp_path / "a file.npz"
    np.savez(path, inputs=np.arange(20.0)[:, None], labels=np.arange(20) % 2)
    assert load(f"npz:{path}").name.startswith("npz-")


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        ("digit", "use 'digits'"),
        ("Spiral", "use 'spirals'"),
        ("npz", "use 'npz:FILE'"),
        ("", "use 'digits' or"),
    ],
)
def test_an_unknown_name_gets_the_nearest(name, fix):
    message = f"data: must be one of digits, spirals, npz:FILE; got {name!r}; {fix}"
    with pytest.raises(ValueError, match=re.escape(message)):
        load(name)
