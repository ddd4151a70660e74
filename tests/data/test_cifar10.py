import hashlib
import pickle
import re

import numpy as np
import pytest

from bnact.data import cifar10, load
from bnact.data.cifar10 import PUBLISHED
from bnact.data.local_files import Published
from tests.data.local_folders import CIFAR10_FILES, cifar10_folder, cifar10_records, state_sums


def test_a_folder_becomes_a_dataset(tmp_path):
    records = cifar10_folder(tmp_path)
    dataset = load(f"cifar10:{tmp_path}")
    assert [len(split.labels) for split in (dataset.train, dataset.validation, dataset.test)] == [48, 12, 12]
    assert (dataset.features, dataset.outputs, dataset.image_shape) == (3072, 10, (32, 32, 3))
    assert dataset.name == f"cifar10-{dataset.hash[:12]}"
    np.testing.assert_array_equal(dataset.test.labels, records[5, :, 0])
    np.testing.assert_allclose(dataset.train.inputs.std(dtype=np.float64), 1.0, rtol=1e-6)


def test_colours_come_last(tmp_path):
    records = cifar10_folder(tmp_path)
    # An image that is one red row above black, and one that is black.
    records[5, :2, 1:] = 0
    records[5, 0, 1 : 1 + 32] = 255
    (tmp_path / "test_batch.bin").write_bytes(records[5].tobytes())
    first, second = cifar10(tmp_path).test.inputs[:2].reshape(2, 32, 32, 3)
    differs = first != second
    assert differs[0, :, 0].all()
    assert differs.sum() == 32


@pytest.mark.parametrize("name", CIFAR10_FILES)
def test_a_missing_file_is_named_with_those_found(tmp_path, name):
    cifar10_folder(tmp_path)
    (tmp_path / name).rename(tmp_path / name.removesuffix(".bin"))
    message = f"the folder must hold {name}; found data_batch_1"
    with pytest.raises(
        FileNotFoundError, match=f"{re.escape(message)}.*; use the files of the binary release"
    ):
        cifar10(tmp_path)


def test_a_folder_in_the_place_of_a_file_is_named(tmp_path):
    cifar10_folder(tmp_path)
    (tmp_path / "test_batch.bin").unlink()
    (tmp_path / "test_batch.bin").mkdir()
    with pytest.raises(FileNotFoundError, match="test_batch.bin must be a file; got a folder; use the files"):
        cifar10(tmp_path)


class Loud:
    """Fails the test that unpickles it."""

    def __reduce__(self):
        return (pytest.fail, ("a pickle was executed",))


@pytest.mark.parametrize("protocol", range(6))
def test_a_pickled_batch_is_refused_and_never_opened(tmp_path, protocol):
    cifar10_folder(tmp_path)
    batch = {"data": np.zeros((12, 3072), np.uint8), "labels": [0] * 12, "loud": Loud()}
    (tmp_path / "data_batch_3.bin").write_bytes(pickle.dumps(batch, protocol))
    message = (
        "data_batch_3.bin must be plain data; got a pickle, which is a program that runs when it is .*; use"
    )
    with pytest.raises(ValueError, match=message):
        cifar10(tmp_path)


BROKEN = {
    "truncated in a record": (
        lambda content: content[:-1],
        "data_batch_2.bin must hold whole records of 3073 bytes; got 36875 bytes, 11 records and 3072 bytes",
    ),
    "truncated between records": (
        lambda content: content[:-3073],
        "must be equally long; got 33803 bytes in data_batch_2.bin and 36876 in data_batch_1.bin, so one is",
    ),
    "trailing bytes": (lambda content: content + bytes(1), "got 36877 bytes, 12 records and 1 bytes over"),
    "nothing in it": (lambda content: b"", "got 0 bytes, 0 records"),
    "a label of ten": (
        lambda content: content[:3073] + bytes([10]) + content[3074:],
        "labels must be from 0 to 9; got 10 in record 1 of data_batch_2.bin; use the files",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_refused(tmp_path, case):
    cifar10_folder(tmp_path)
    change, message = BROKEN[case]
    path = tmp_path / "data_batch_2.bin"
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(ValueError, match=re.escape(message)):
        cifar10(tmp_path)


def test_a_class_without_an_example_is_named(tmp_path):
    for name in CIFAR10_FILES:
        records = cifar10_records(12, 0)
        records[:, 0] %= 7
        (tmp_path / name).write_bytes(records.tobytes())
    with pytest.raises(ValueError, match="every one of the 10 classes must have a .*; got none of class 7"):
        cifar10(tmp_path)


def test_a_file_of_the_published_size_must_be_the_published_one(tmp_path, monkeypatch):
    records = cifar10_folder(tmp_path)
    found = hashlib.sha1(records[4].tobytes()).hexdigest()
    name = CIFAR10_FILES[4]
    monkeypatch.setitem(cifar10.__globals__["PUBLISHED"], name, Published(records[4].size, "sha1", found))
    assert cifar10(tmp_path).outputs == 10
    monkeypatch.setitem(cifar10.__globals__["PUBLISHED"], name, Published(records[4].size, "sha1", "0" * 40))
    with pytest.raises(
        ValueError, match=f"{name} must have the SHA-1 {'0' * 40} of the published file; got {found}"
    ):
        cifar10(tmp_path)
    state_sums(tmp_path)
    assert cifar10(tmp_path).outputs == 10


def test_the_published_files_hold_ten_thousand_records_each():
    assert {known.size for known in PUBLISHED.values()} == {30_730_000}
    assert set(PUBLISHED) == set(CIFAR10_FILES)
