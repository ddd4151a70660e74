import re

import numpy as np
import pytest

from bnact.data import DATASETS, NAMES, form_of, load


@pytest.mark.parametrize("name", DATASETS)
def test_every_named_dataset_keeps_the_contract(name):
    dataset = load(name)
    assert dataset.name == name
    for split in (dataset.train, dataset.validation, dataset.test):
        assert split.inputs.dtype == np.float32
        assert split.labels.dtype == (np.int32 if dataset.kind == "classification" else np.float32)
        assert split.inputs.shape == (len(split.labels), dataset.features)
        if dataset.kind == "classification":
            assert set(np.unique(split.labels)) == set(range(dataset.outputs))
    np.testing.assert_allclose(dataset.train.inputs.std(dtype=np.float64), 1.0, rtol=1e-3)


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
        ("digits-mixd", "use 'digits-mixed'"),
        ("digits-mixed-mixed", "use "),
        ("cifar", "use 'cifar10:FOLDER'"),
    ],
)
def test_an_unknown_name_gets_the_nearest(name, fix):
    message = f"data: must be one of {', '.join(NAMES)}; got {name!r}; {fix}"
    with pytest.raises(ValueError, match=re.escape(message)):
        load(name)


def test_a_name_is_a_string():
    with pytest.raises(TypeError, match="data: the name must be a string; got None; use 'digits'"):
        load(None)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("source", ["npz", "mnist", "cifar10"])
def test_a_path_that_leads_nowhere_is_named(source):
    with pytest.raises(FileNotFoundError, match=f"{source}:nowhere: the path must name a f"):
        load(f"{source}:nowhere")


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("npz-0123456789ab", "npz:FILE"),
        ("mnist-0123456789ab", "mnist:FOLDER"),
        ("digits", "digits"),
        ("digits-mixed", "digits-mixed"),
        ("mnist-like", "mnist-like"),
        ("npz", "npz"),
        ("npz-0123456789abc", "npz-0123456789abc"),
    ],
)
def test_a_name_is_turned_into_what_a_user_gives(name, form):
    assert form_of(name) == form
