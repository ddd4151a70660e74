import errno
import os
import re

import pytest

from bnact.studies.errors import StudyError
from bnact.studies.files import append_durably, check_writable, write_atomically


def broken(number: int, after: int):
    """An os.write that takes `after` bytes in all and then fails."""
    write, left = os.write, [after]

    def broken_write(descriptor, data):
        taken = min(left[0], len(data))
        if taken == 0:
            raise OSError(number, os.strerror(number))
        left[0] -= taken
        return write(descriptor, bytes(data[:taken]))

    return broken_write


def failing(number: int):
    def fail(*args, **kwargs):
        raise OSError(number, os.strerror(number))

    return fail


def test_appends(tmp_path):
    append_durably(tmp_path / "a", b"1\n")
    append_durably(tmp_path / "a", b"2\n")
    assert (tmp_path / "a").read_bytes() == b"1\n2\n"


@pytest.mark.parametrize("after", range(9))
def test_an_append_that_fails_halfway_leaves_the_file_as_before(tmp_path, monkeypatch, after):
    append_durably(tmp_path / "a", b"1\n")
    monkeypatch.setattr(os, "write", broken(errno.ENOSPC, after))
    with pytest.raises(OSError, match="No space left"):
        append_durably(tmp_path / "a", b"23456789\n")
    assert (tmp_path / "a").read_bytes() == b"1\n"


def test_a_first_append_that_fails_leaves_no_file(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "write", broken(errno.ENOSPC, 3))
    with pytest.raises(OSError, match="No space left"):
        append_durably(tmp_path / "a", b"23456789\n")
    assert os.listdir(tmp_path) == []


def test_an_append_that_cannot_be_synced_leaves_the_file_as_before(tmp_path, monkeypatch):
    append_durably(tmp_path / "a", b"1\n")
    monkeypatch.setattr(os, "fsync", failing(errno.EIO))
    with pytest.raises(OSError, match="Input/output"):
        append_durably(tmp_path / "a", b"2\n")
    assert (tmp_path / "a").read_bytes() == b"1\n"


def test_a_write_that_takes_only_a_part_is_continued(tmp_path, monkeypatch):
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, bytes(data[:3])))
    append_durably(tmp_path / "a", b"0123456789\n")
    assert (tmp_path / "a").read_bytes() == b"0123456789\n"


def test_data_and_directory_are_synced_in_this_order(tmp_path, monkeypatch):
    synced = []
    fsync = os.fsync

    def recorded(descriptor):
        synced.append(os.path.basename(os.readlink(f"/proc/self/fd/{descriptor}")))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", recorded)
    append_durably(tmp_path / "a", b"1\n")
    assert synced == ["a", tmp_path.name]
    synced.clear()
    append_durably(tmp_path / "a", b"2\n")
    assert synced == ["a"]
    synced.clear()
    write_atomically(tmp_path / "b", "text")
    assert synced == ["b.part", tmp_path.name]


def test_writes_text_as_utf_8(tmp_path):
    write_atomically(tmp_path / "a", "χ → 1\n")
    assert (tmp_path / "a").read_bytes() == "χ → 1\n".encode()
    assert os.listdir(tmp_path) == ["a"]


@pytest.mark.parametrize("call", ["open", "write", "fsync", "replace"])
def test_a_replacement_that_fails_leaves_the_old_file_whole(tmp_path, monkeypatch, call):
    path = tmp_path / "report.html"
    write_atomically(path, "old")
    with monkeypatch.context() as patch:
        patch.setattr(os, call, failing(errno.ENOSPC))
        with pytest.raises(StudyError, match=re.escape(f"{path}: No space left on device; free space")):
            write_atomically(path, "new")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["report.html"]


def test_a_part_left_by_a_kill_is_reused(tmp_path):
    (tmp_path / "a.part").write_text("left by a kill, and longer than what follows")
    write_atomically(tmp_path / "a", "new")
    assert (tmp_path / "a").read_text() == "new"
    assert os.listdir(tmp_path) == ["a"]


def test_a_writable_directory_passes_and_stays_empty(tmp_path):
    check_writable(tmp_path)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES])
def test_a_directory_that_cannot_be_written_is_refused(tmp_path, monkeypatch, number):
    monkeypatch.setattr(os, "open", failing(number))
    message = f"study: cannot write in the directory; {tmp_path}: {os.strerror(number)}; "
    with pytest.raises(StudyError, match=re.escape(message)):
        check_writable(tmp_path)


def test_a_full_disk_is_refused_and_the_probe_removed(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "write", broken(errno.ENOSPC, 100))
    with pytest.raises(StudyError, match="No space left"):
        check_writable(tmp_path)
    assert os.listdir(tmp_path) == []
