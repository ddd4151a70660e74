"""bnact.data.local_files: folders and their SHA256SUMS."""

import hashlib
import pickle
import re

import pytest

from bnact.data import cifar10, mnist
from bnact.data.local_files import check_stated, existing_file, existing_folder, is_pickle, stated_sums
from tests.data.local_folders import cifar10_folder, mnist_folder, state_sums

FOLDERS = {mnist: (mnist_folder, "t10k-labels-idx1-ubyte"), cifar10: (cifar10_folder, "data_batch_5.bin")}


@pytest.mark.parametrize("read", FOLDERS)
def test_a_folder_that_is_none_is_named(tmp_path, read):
    source = read.__name__
    (tmp_path / "file").write_text("mine")
    (tmp_path / "empty").mkdir()
    for name, found in (("nowhere", "no such folder"), ("file", "a file")):
        message = f"{source}:{tmp_path / name}: the path must name a folder; got {found}; check the path"
        with pytest.raises(FileNotFoundError, match=re.escape(message)):
            read(tmp_path / name)
    with pytest.raises(
        FileNotFoundError, match="the folder must hold the files; got an empty one; check the path"
    ):
        read(tmp_path / "empty")


@pytest.mark.parametrize("read", FOLDERS)
def test_what_a_folder_states_of_its_files_must_hold(tmp_path, read):
    write, name = FOLDERS[read]
    write(tmp_path)
    state_sums(tmp_path)
    assert read(tmp_path).outputs == 10
    content = bytearray((tmp_path / name).read_bytes())
    stated = hashlib.sha256(content).hexdigest()
    content[-1] ^= 1
    (tmp_path / name).write_bytes(content)
    found = hashlib.sha256(content).hexdigest()
    message = f"{name} must have the SHA-256 {stated} that SHA256SUMS states; got {found}; get the file again"
    with pytest.raises(ValueError, match=re.escape(message)):
        read(tmp_path)


def test_a_file_that_is_not_stated_is_refused(tmp_path):
    (tmp_path / "here").write_text("mine")
    with pytest.raises(
        ValueError, match="mine: SHA256SUMS must list every file; here is missing; use sha256sum"
    ):
        check_stated("mine", tmp_path / "here", {"there": "0" * 64})


def test_sums_are_read_as_they_are_written(tmp_path):
    assert stated_sums("mine", tmp_path) is None
    (tmp_path / "SHA256SUMS").write_text(f"{'a' * 64}  plain\n{'B' * 64} *binary file\n{'c' * 64}  ./here\n")
    sums = stated_sums("mine", tmp_path)
    assert sums == {"plain": "a" * 64, "binary file": "b" * 64, "here": "c" * 64}


@pytest.mark.parametrize("line", ["", "abc  name", f"{'a' * 64} ", "\0\xff"])
def test_a_line_that_states_nothing_is_named(tmp_path, line):
    (tmp_path / "SHA256SUMS").write_bytes(f"{'a' * 64}  plain\n{line}\n".encode("latin-1"))
    with pytest.raises(
        ValueError, match="SHA256SUMS must have lines of a SHA-256, .*; line 2 is not; use sha256sum"
    ):
        stated_sums("mine", tmp_path)


def test_of_many_files_found_some_are_named(tmp_path):
    for number in range(12):
        (tmp_path / f"file{number:02}").touch()
    with pytest.raises(
        FileNotFoundError, match="must hold a or b; found file00, .*, file07 and 4 more; mend it"
    ):
        existing_file("mine", existing_folder("mine", tmp_path), ("a", "b"), "mend it")


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("value", [{"a": 1}, [1, 2], {}, []])
def test_pickles_are_known_by_how_they_begin(value, protocol):
    assert is_pickle(pickle.dumps(value, protocol))


@pytest.mark.parametrize(
    "head", [b"", b"PK\x03\x04", b"\x1f\x8b", b"\0\0\x08\x03", b"\x80", b"class,x\n", b"\x09\x80\x04"]
)
def test_data_are_not_taken_for_pickles(head):
    assert not is_pickle(head)
