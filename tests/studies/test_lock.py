import contextlib
import errno
import fcntl
import json
import multiprocessing
import os
import re
import signal
import socket

import pytest

from bnact.studies import lock
from bnact.studies.errors import StudyError
from bnact.studies.lock import locked


def hold(path, connection):
    """In another process: take the lock, say so, and keep it until told."""
    with locked(path):
        connection.send("held")
        connection.recv()
    connection.send("released")


@contextlib.contextmanager
def holder(path):
    """Another process that holds the lock, and the line to it."""
    context = multiprocessing.get_context("spawn")
    mine, its = context.Pipe()
    process = context.Process(target=hold, args=(path, its), daemon=True)
    process.start()
    assert mine.recv() == "held"
    yield process, mine
    process.kill()
    process.join()
    process.close()
    mine.close()
    its.close()


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    """A lock that another process holds, and that process."""
    path = tmp_path_factory.mktemp("held") / "lock"
    with holder(path) as (process, _):
        yield path, process


@pytest.fixture
def other(tmp_path):
    with holder(tmp_path / "lock") as process_and_line:
        yield process_and_line


def test_the_file_is_gone_afterwards(tmp_path):
    with locked(tmp_path / "lock"):
        assert os.listdir(tmp_path) == ["lock"]
    assert os.listdir(tmp_path) == []


def test_it_can_be_taken_again(tmp_path):
    for _ in range(3):
        with locked(tmp_path / "lock"):
            pass


def test_it_is_free_after_an_exception(tmp_path):
    with pytest.raises(KeyError), locked(tmp_path / "lock"):
        raise KeyError
    with locked(tmp_path / "lock"):
        pass


def test_the_second_is_told_who_holds_it(held):
    path, process = held
    start = json.loads(path.read_text())["start"]
    expected = (
        f"{path} is held by host {socket.gethostname()}, process {process.pid}, since {start}; "
        "wait for it, stop it, or use another --workdir"
    )
    with pytest.raises(StudyError, match=re.escape(expected)), locked(path):
        pass


def test_the_second_does_not_disturb_the_first(held):
    path, _ = held
    before = path.read_bytes()
    for _ in range(3):
        with pytest.raises(StudyError), locked(path):
            pass
    assert path.read_bytes() == before


@pytest.mark.slow
def test_it_is_free_once_the_first_lets_go(tmp_path, other):
    _, line = other
    line.send("let go")
    assert line.recv() == "released"
    with locked(tmp_path / "lock"):
        pass


def test_it_is_free_once_the_first_is_killed(tmp_path, other):
    process, _ = other
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert (tmp_path / "lock").exists()
    with locked(tmp_path / "lock"):
        assert json.loads((tmp_path / "lock").read_text())["pid"] == os.getpid()
    assert not (tmp_path / "lock").exists()


def test_a_holder_without_a_name_is_still_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(lock, "_SECONDS_BETWEEN", 0.0)
    with (tmp_path / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with (
            pytest.raises(StudyError, match="is held by a process that has not written its name"),
            locked(tmp_path / "lock"),
        ):
            pass


def test_a_lock_on_a_file_that_its_holder_removed_keeps_nobody_out(tmp_path, monkeypatch):
    # Between our open and our lock, the holder leaves and removes the file.
    path = tmp_path / "lock"
    flock, removed = fcntl.flock, []

    def late(descriptor, operation):
        if not removed:
            removed.append(True)
            path.unlink()
        flock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", late)
    with locked(path):
        assert path.exists()
        assert json.loads(path.read_text())["pid"] == os.getpid()


def test_a_file_system_without_locks_is_named(tmp_path, monkeypatch):
    def no_locks(descriptor, operation):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with (
        pytest.raises(StudyError, match="cannot lock the work directory; .*No locks available"),
        locked(tmp_path / "lock"),
    ):
        pass
