import gzip
import hashlib
import pickle
import re

import numpy as np
import pytest

from bnact.data import load, mnist
from bnact.data.local_files import Published
from bnact.data.mnist import PUBLISHED
from tests.data.local_folders import MNIST_FILES, idx_bytes, mnist_folder, state_sums

IMAGES = "train-images-idx3-ubyte"


@pytest.mark.parametrize("compressed", [False, True])
def test_a_folder_becomes_a_dataset(tmp_path, compressed):
    *_, images, labels = mnist_folder(tmp_path, compressed=compressed)
    dataset = mnist(tmp_path)
    assert [len(split.labels) for split in (dataset.train, dataset.validation, dataset.test)] == [24, 6, 12]
    assert (dataset.features, dataset.outputs, dataset.image_shape) == (784, 10, (28, 28, 1))
    np.testing.assert_array_equal(dataset.test.labels, labels)
    np.testing.assert_allclose(dataset.train.inputs.std(dtype=np.float64), 1.0, rtol=1e-6)
    # Pixels stay where they were, row by row: two images differ in features as they do in pixels.
    features = (dataset.test.inputs[0] - dataset.test.inputs[1]).astype(float)
    pixels = images[0].reshape(-1).astype(float) - images[1].reshape(-1)
    np.testing.assert_allclose(features / features.std(), pixels / pixels.std(), atol=1e-5)


def test_compression_and_place_change_nothing(tmp_path):
    (tmp_path / "plain").mkdir()
    (tmp_path / "compressed").mkdir()
    mnist_folder(tmp_path / "plain")
    mnist_folder(tmp_path / "compressed", compressed=True)
    plain, compressed = load(f"mnist:{tmp_path / 'plain'}"), load(f"mnist:{tmp_path / 'compressed'}")
    assert plain.hash == compressed.hash
    assert plain.name == compressed.name == f"mnist-{plain.hash[:12]}"
    np.testing.assert_array_equal(plain.validation.inputs, compressed.validation.inputs)


@pytest.mark.parametrize("name", MNIST_FILES)
def test_a_missing_file_is_named_with_those_found(tmp_path, name):
    mnist_folder(tmp_path)
    (tmp_path / name).unlink()
    message = f"mnist:{tmp_path}: the folder must hold {name} or {name}.gz; found "
    with pytest.raises(FileNotFoundError, match=re.escape(message)):
        mnist(tmp_path)


def test_all_that_is_missing_is_to_be_put_there(tmp_path):
    mnist_folder(tmp_path)
    for name in MNIST_FILES[1:3]:
        (tmp_path / name).unlink()
    (tmp_path / MNIST_FILES[3]).rename(tmp_path / f"{MNIST_FILES[3]}.gz")
    message = (
        f"; put {MNIST_FILES[1]}, {MNIST_FILES[2]} of MNIST into it, named so, plain or compressed (.gz)"
    )
    with pytest.raises(FileNotFoundError, match=re.escape(message) + "$"):
        mnist(tmp_path)


@pytest.mark.parametrize("stated", [False, True])
def test_of_a_plain_and_a_compressed_file_the_plain_one_is_read(tmp_path, stated):
    mnist_folder(tmp_path)
    alone = mnist(tmp_path).hash
    (tmp_path / f"{IMAGES}.gz").write_bytes(gzip.compress(idx_bytes(np.zeros((30, 28, 28), np.uint8))))
    if stated:
        state_sums(tmp_path)
    assert mnist(tmp_path).hash == alone
    (tmp_path / IMAGES).unlink()
    with pytest.raises(ValueError, match="vary"):
        mnist(tmp_path)


def changed(folder, name, change):
    path = folder / name
    content = path.read_bytes()
    path.write_bytes(
        gzip.compress(change(gzip.decompress(content))) if name.endswith(".gz") else change(content)
    )


SIZE = 16 + 30 * 784
HEADER = "must begin as an IDX file of bytes with 3 axes, 00 00 08 03 and their lengths; got "
LENGTH = f"must hold the {SIZE} bytes that its header declares; got "
BROKEN = {
    "truncated": (lambda content: content[:-100], f"{LENGTH}{SIZE - 100} bytes, so it is truncated or"),
    "trailing bytes": (
        lambda content: content + bytes(1),
        f"{LENGTH}{SIZE + 1} bytes, so it is truncated or",
    ),
    "nothing in it": (lambda content: b"", f"{HEADER}nothing in 0 bytes"),
    "half a header": (lambda content: content[:9], f"{HEADER}00 00 08 03 in 9 bytes"),
    "floats": (lambda content: bytes([0, 0, 13, 3]) + content[4:], f"{HEADER}00 00 0d 03 in 16 bytes"),
    "labels in the place of images": (
        lambda content: idx_bytes(np.arange(30, dtype=np.uint8)),
        f"{HEADER}00 00 08 01 in 16 bytes",
    ),
    "a pickle": (
        lambda content: pickle.dumps([1, 2]),
        "must be plain data; got a pickle, which is a program that runs when it is opened; use the",
    ),
    "other images": (
        lambda content: idx_bytes(np.zeros((30, 14, 14), np.uint8)),
        "must hold images of 28 x 28 pixels and a label for each; got images (30, 14, 14) and 30 labels",
    ),
    "an image too few": (
        lambda content: idx_bytes(np.zeros((29, 28, 28), np.uint8)),
        "got images (29, 28, 28) and 30 labels",
    ),
    "exabytes declared": (
        lambda content: content[:4] + b"\x7f" * 12 + content[16:],
        "must hold the 9787464616299814446115438223 bytes that its header declares; got",
    ),
}


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_refused(tmp_path, case, compressed):
    mnist_folder(tmp_path, compressed=compressed)
    change, message = BROKEN[case]
    changed(tmp_path, f"{IMAGES}.gz" if compressed else IMAGES, change)
    with pytest.raises(ValueError, match=re.escape(message)):
        mnist(tmp_path)


def test_a_label_beyond_nine_is_named(tmp_path):
    mnist_folder(tmp_path)
    (tmp_path / "t10k-labels-idx1-ubyte").write_bytes(idx_bytes(np.full(12, 10, np.uint8)))
    with pytest.raises(ValueError, match="its test set: labels must be from 0 to 9, .*; got 10 at labels"):
        mnist(tmp_path)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (np.zeros(30), "there must be at least 2 classes; got only label 0"),
        (np.arange(30) % 9 + (np.arange(30) % 9 > 3), "no example of class 4"),
        (np.arange(30) % 9, "every one of the 10 classes must have a training example; got none of class 9"),
    ],
)
def test_classes_without_an_example_are_named(tmp_path, labels, message):
    mnist_folder(tmp_path)
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx_bytes(labels.astype(np.uint8)))
    with pytest.raises(ValueError, match=message):
        mnist(tmp_path)


def published(folder, digest, monkeypatch):
    content = idx_bytes(mnist_folder(folder)[0])
    known = Published(len(content), "sha256", digest or hashlib.sha256(content).hexdigest())
    monkeypatch.setitem(mnist.__globals__["PUBLISHED"], IMAGES, known)
    return hashlib.sha256(content).hexdigest()


def test_a_file_of_the_published_size_must_be_the_published_one(tmp_path, monkeypatch):
    found = published(tmp_path, "0" * 64, monkeypatch)
    message = f"{IMAGES} must have the SHA-256 {'0' * 64} of the published file; got {found}; get the file"
    with pytest.raises(ValueError, match=re.escape(message)):
        mnist(tmp_path)
    state_sums(tmp_path)
    assert mnist(tmp_path).outputs == 10


def test_the_published_file_is_accepted(tmp_path, monkeypatch):
    published(tmp_path, None, monkeypatch)
    assert mnist(tmp_path).outputs == 10


def test_the_published_sizes_are_those_of_60000_and_10000_examples():
    sizes = {name: known.size for name, known in PUBLISHED.items()}
    assert sizes == {
        "train-images-idx3-ubyte": 16 + 60_000 * 784,
        "train-labels-idx1-ubyte": 8 + 60_000,
        "t10k-images-idx3-ubyte": 16 + 10_000 * 784,
        "t10k-labels-idx1-ubyte": 8 + 10_000,
    }
