import errno
import json
import os
import time
import tracemalloc

import pytest

from bnact.studies.errors import StudyError
from bnact.studies.identity import plain_setting, setting_id
from bnact.studies.row_format import encode_row, seal
from bnact.studies.store import append_runs, mend_store, read_store
from bnact.training.setting import Setting
from tests.studies.fake_runs import SETTINGS, fake_log
from tests.studies.test_files import broken

RUNS = [(setting, fake_log(setting)) for setting in SETTINGS[:3]]
LINES = [encode_row(*run) for run in RUNS]


@pytest.fixture
def store(tmp_path):
    path = tmp_path / "runs.jsonl"
    append_runs(path, RUNS)
    return path


def ids(rows):
    return [row.id for row in rows]


def test_what_is_appended_is_read(store):
    contents = read_store(store)
    assert ids(contents.rows) == [setting_id(setting) for setting, _ in RUNS]
    assert contents.damage == ()
    assert store.read_bytes() == b"".join(LINES)


def test_appending_gives_the_rows_as_a_reader_finds_them(store):
    more = append_runs(store, [(SETTINGS[4], fake_log(SETTINGS[4]))])
    (row,) = more
    assert encode_row(row.setting, row.log) == store.read_bytes().splitlines(keepends=True)[-1]


def test_a_cell_is_one_write(store, monkeypatch):
    written = []
    write = os.write
    monkeypatch.setattr(os, "write", lambda d, data: written.append(bytes(data)) or write(d, data))
    append_runs(store, [(s, fake_log(s)) for s in SETTINGS[4:8]])
    assert len(written) == 1
    assert written[0].count(b"\n") == 4


def test_nothing_to_append_touches_nothing(tmp_path):
    assert len(append_runs(tmp_path / "runs.jsonl", [])) == 0
    assert os.listdir(tmp_path) == []


def test_a_missing_store_is_empty(tmp_path):
    assert len(mend_store(tmp_path / "runs.jsonl", tmp_path / "quarantine.jsonl")) == 0
    assert os.listdir(tmp_path) == []


def test_reading_changes_nothing(store):
    damaged = LINES[0] + b"bad\n" + LINES[1][:-4]
    store.write_bytes(damaged)
    contents = read_store(store)
    assert len(contents.rows) == 1
    assert [item.torn for item in contents.damage] == [False, True]
    assert store.read_bytes() == damaged
    assert os.listdir(store.parent) == ["runs.jsonl"]


@pytest.mark.parametrize("after", [0, 1, 500, 1500])
def test_a_full_disk_names_path_and_run_and_corrupts_nothing(store, monkeypatch, after):
    before = store.read_bytes()
    runs = [(s, fake_log(s)) for s in SETTINGS[4:8]]
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", broken(errno.ENOSPC, after))
        with pytest.raises(StudyError) as raised:
            append_runs(store, runs)
    message = str(raised.value)
    assert str(store) in message
    assert setting_id(SETTINGS[4]) in message
    assert "No space left on device; free space" in message
    assert store.read_bytes() == before
    append_runs(store, runs)
    assert len(read_store(store).rows) == 7


def test_an_unreadable_store_is_an_error_that_names_it(tmp_path):
    (tmp_path / "runs.jsonl").mkdir()
    with pytest.raises(StudyError, match="cannot read the results; .*runs.jsonl: Is a directory"):
        read_store(tmp_path / "runs.jsonl")


@pytest.fixture
def store_of(tmp_path):
    """Makes a store of so many runs."""
    log = json.loads(LINES[0])["log"]

    def make(runs):
        path = tmp_path / f"{runs}.jsonl"
        with path.open("wb") as file:
            for seed in range(runs):
                setting = Setting(data="ü" * 200, seed=seed)
                row = {"id": setting_id(setting), "setting": plain_setting(setting), "log": log}
                file.write(seal(json.dumps(row).removesuffix("}").encode()))
        return path

    return make


def test_ten_thousand_runs_are_read_in_bounded_time(store_of):
    path = store_of(10_000)
    began = time.process_time()
    assert len(read_store(path).rows) == 10_000
    assert time.process_time() - began < 20


def test_runs_are_read_in_memory_bounded_by_their_file(store_of):
    path = store_of(1000)
    tracemalloc.start()
    contents = read_store(path)
    used = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert contents.damage == ()
    assert used < 10 * path.stat().st_size
