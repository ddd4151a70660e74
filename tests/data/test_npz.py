import io
import pickle
import re
import zipfile

import numpy as np
import pytest

from bnact.data import from_arrays, npz

INPUTS = np.random.default_rng(0).normal(size=(40, 2, 3))
LABELS = np.arange(40) % 4


def written(path, **arrays):
    np.savez(path, **arrays)
    return path


@pytest.fixture
def path(tmp_path):
    return tmp_path / "mine.npz"


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_a_users_file_becomes_a_dataset(path, save):
    save(path, inputs=INPUTS, labels=LABELS, weights=np.ones(3))
    dataset = npz(path)
    assert (dataset.features, dataset.classes) == (6, 4)
    assert [len(split.labels) for split in (dataset.train, dataset.validation, dataset.test)] == [24, 8, 8]


def test_the_name_is_of_the_content_and_not_of_the_place(path, tmp_path):
    first = npz(written(path, inputs=INPUTS, labels=LABELS))
    moved = npz(written(tmp_path / "elsewhere.npz", inputs=INPUTS, labels=LABELS))
    other = npz(written(path, inputs=INPUTS + 1, labels=LABELS))
    assert first.name == moved.name == f"npz-{first.hash[:12]}"
    assert other.name != first.name


def test_a_missing_file_is_named(path):
    with pytest.raises(
        FileNotFoundError, match="npz:.*mine.npz: the path must name a file; got no such file"
    ):
        npz(path)


def test_a_directory_is_not_a_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="got a directory"):
        npz(tmp_path)


@pytest.mark.parametrize("content", [b"", b"a,b,label\n1,2,0\n"])
def test_another_kind_of_file_is_refused(path, content):
    path.write_bytes(content)
    with pytest.raises(
        ValueError, match="must be an npz archive; got something else .*; write it with numpy.savez"
    ):
        npz(path)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x": INPUTS, "y": LABELS}, "inputs and labels; inputs and labels missing, found x, y; write it"),
        ({"inputs": INPUTS, "label": LABELS}, "labels missing, found inputs, label; write it"),
        ({}, "inputs and labels missing, found nothing; write it"),
    ],
)
def test_missing_arrays_are_named_with_those_found(path, arrays, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        npz(written(path, **arrays))


def test_a_broken_rule_names_the_file(path):
    inputs = INPUTS.copy()
    inputs[3, 1, 2] = np.nan
    message = f"npz:{path}: inputs must be finite; got 1 NaN and 0 infinite, the first nan at inputs[3, 1, 2]"
    with pytest.raises(ValueError, match=re.escape(message)):
        npz(written(path, inputs=inputs, labels=LABELS))


def test_a_label_out_of_range_names_the_file(path):
    with pytest.raises(
        ValueError, match=re.escape(f"npz:{path}: labels must be at least 0; got -3 at labels[0]")
    ):
        npz(written(path, inputs=INPUTS, labels=LABELS - 3))


def test_python_objects_are_never_unpickled(path):
    np.savez(path, inputs=np.array([Loud()] * 40, dtype=object), labels=LABELS)
    with pytest.raises(ValueError, match="inputs must be a whole numpy array of numbers; got Python objects"):
        npz(path)


class Loud:
    """Fails the test that unpickles it."""

    def __reduce__(self):
        return (pytest.fail, ("a pickle was executed",))


def test_a_flipped_bit_is_found(path):
    written(path, inputs=INPUTS, labels=LABELS)
    content = bytearray(path.read_bytes())
    content[content.index(INPUTS.tobytes()) + 100] ^= 4
    path.write_bytes(content)
    with pytest.raises(ValueError, match="inputs must be a whole numpy array of numbers; got Bad CRC-32"):
        npz(path)


def test_a_truncated_file_is_found(path):
    written(path, inputs=INPUTS, labels=LABELS)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ValueError, match="must be an npz archive"):
        npz(path)


def archive_with_inputs(path, content):
    written(path, labels=LABELS)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("inputs.npy", content)


def test_a_header_that_declares_more_than_there_is_allocates_nothing(path):
    stream = io.BytesIO()
    header = {"descr": "<f8", "fortran_order": False, "shape": (10**9, 10**3)}
    np.lib.format.write_array_header_1_0(stream, header)
    archive_with_inputs(path, stream.getvalue())
    with pytest.raises(ValueError, match="a header that declares 8000000000000 bytes over 0 bytes"):
        npz(path)


def test_a_member_that_is_no_array_is_refused(path):
    archive_with_inputs(path, b"hello")
    with pytest.raises(ValueError, match="inputs must be a whole numpy array of numbers; got"):
        npz(path)


def test_a_format_that_holds_no_plain_array_is_refused(path):
    archive_with_inputs(path, b"\x93NUMPY\x03\x00" + bytes(100))
    with pytest.raises(ValueError, match=re.escape("got format version (3, 0)")):
        npz(path)


@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_under_the_name_of_an_archive_is_refused_and_never_opened(path, protocol):
    path.write_bytes(pickle.dumps({"inputs": Loud(), "labels": LABELS}, protocol))
    with pytest.raises(
        ValueError, match="mine.npz must be plain data; got a pickle, which is a program that runs"
    ):
        npz(path)


def test_targets_in_the_place_of_labels_make_a_regression(path):
    dataset = npz(written(path, inputs=INPUTS, targets=INPUTS[:, 0, 0]))
    assert (dataset.kind, dataset.outputs, dataset.train.labels.dtype) == ("regression", 1, np.float32)
    assert dataset.name == f"npz-{dataset.hash[:12]}"


def test_labels_and_targets_are_one_too_many(path):
    with pytest.raises(ValueError, match="must hold labels .* or targets .*; got both; write one of them"):
        npz(written(path, inputs=INPUTS, labels=LABELS, targets=INPUTS[:, 0, 0]))


def test_targets_that_break_a_rule_are_named(path):
    targets = np.where(LABELS == 2, np.inf, 1.0)
    with pytest.raises(
        ValueError, match=re.escape(f"npz:{path}: targets must be finite; got 0 NaN and 10 inf")
    ):
        npz(written(path, inputs=INPUTS, targets=targets))


def test_images_are_known_by_their_four_axes(path):
    assert npz(written(path, inputs=INPUTS[..., None], labels=LABELS)).image_shape == (2, 3, 1)
    assert npz(written(path, inputs=INPUTS, labels=LABELS)).image_shape is None


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (0 * LABELS, "there must be at least 2 classes; got only label 0"),
        (2 * LABELS, "no class empty; got 2 at labels[1] and no example of class 1"),
    ],
)
def test_classes_that_are_missing_are_named(path, labels, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        npz(written(path, inputs=INPUTS, labels=labels))


def test_the_same_numbers_in_another_shape_are_another_dataset(path):
    numbers = np.random.default_rng(1).normal(size=(40, 64))
    shapes = [(40, 8, 8, 1), (40, 4, 16, 1), (40, 64)]
    found = [npz(written(path, inputs=numbers.reshape(shape), labels=LABELS)) for shape in shapes]
    assert len({each.hash for each in found}) == len({each.name for each in found}) == 3
    assert found[2].hash == from_arrays("mine", numbers, LABELS).hash


def test_an_encrypted_member_is_refused(path):
    written(path, inputs=INPUTS, labels=LABELS)
    content = bytearray(path.read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + flags] |= 1
    path.write_bytes(content)
    with pytest.raises(ValueError, match="inputs must be a whole numpy array of numbers; got .* encrypted"):
        npz(path)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"labels": np.eye(4)[LABELS]}, "got rows that are one-hot, of dtype float64; use labels.argmax(1)"),
        ({"labels": INPUTS[:, 0, 0]}, "a regression, name the array targets"),
        ({"inputs": INPUTS + 1j}, "inputs must be real numbers; got dtype complex128; use inputs.real"),
        (
            {"targets": INPUTS[:, 0, 0] + 1j},
            "targets must be real numbers; got dtype complex128; use targets.real",
        ),
    ],
)
def test_what_is_nearly_right_is_told_how_to_be_right(path, arrays, message):
    answers = {} if "targets" in arrays else {"labels": LABELS}
    with pytest.raises(ValueError, match=re.escape(message)):
        npz(written(path, **{"inputs": INPUTS, **answers, **arrays}))
