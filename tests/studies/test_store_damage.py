import errno
import json
import os
import random
import re
import warnings

import pytest

from bnact.studies.errors import StudyError
from bnact.studies.identity import setting_id
from bnact.studies.row_format import seal
from bnact.studies.store import append_runs, mend_store
from tests.studies.test_files import failing
from tests.studies.test_store import LINES, RUNS, ids


@pytest.fixture
def store(tmp_path):
    path = tmp_path / "runs.jsonl"
    append_runs(path, RUNS)
    return path


def mended(path):
    """Mends, and gives the rows with the warning; a second mending finds nothing to do."""
    with pytest.warns(UserWarning, match="left out, and to be run again") as warned:
        rows = mend_store(path, path.with_name("quarantine.jsonl"))
    assert len(warned) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert ids(mend_store(path, path.with_name("quarantine.jsonl"))) == ids(rows)
    return rows, str(warned[0].message)


def quarantined(path):
    lines = path.with_name("quarantine.jsonl").read_text().splitlines()
    return [json.loads(line)["line"].encode("latin-1") for line in lines]


def test_an_empty_file_is_warned_of(tmp_path):
    path = tmp_path / "runs.jsonl"
    path.touch()
    with pytest.warns(UserWarning, match=re.escape(f"{path}: left out") + ".* at byte 0 the file is empty"):
        assert len(mend_store(path, tmp_path / "quarantine.jsonl")) == 0
    assert len(append_runs(path, RUNS)) == 3


def test_an_end_torn_at_any_byte_is_cut_off_with_a_warning(store):
    whole = store.read_bytes()
    start = len(LINES[0]) + len(LINES[1])
    for size in range(start + 1, len(whole)):
        store.write_bytes(whole[:size])
        with pytest.warns(
            UserWarning, match=f"runs.jsonl: left out.*: at byte {start} the record is not complete"
        ):
            rows = mend_store(store, store.with_name("quarantine.jsonl"))
        assert ids(rows) == [setting_id(setting) for setting, _ in RUNS[:2]]
        assert store.read_bytes() == whole[:start]
    assert not store.with_name("quarantine.jsonl").exists()


def test_after_a_torn_end_the_run_is_stored_again(store):
    whole = store.read_bytes()
    store.write_bytes(whole[:-5])
    mended(store)
    append_runs(store, RUNS[2:])
    assert store.read_bytes() == whole


@pytest.mark.parametrize("seed", range(30))
def test_random_flips_are_found_wherever_they_are(store, seed):
    chance = random.Random(seed)
    data = bytearray(store.read_bytes())
    place = chance.randrange(len(data))
    data[place] ^= 1 << chance.randrange(8)
    store.write_bytes(bytes(data))
    rows, _ = mended(store)
    hit = next(i for i in range(3) if place < sum(map(len, LINES[: i + 1])))
    sound = {setting_id(setting) for i, (setting, _) in enumerate(RUNS) if i != hit}
    # A flip of a line's end joins it to the next: then both are left out.
    assert set(ids(rows)) <= sound
    assert len(rows) >= (2 if bytes(data).count(b"\n") >= 3 else 1)


def test_a_damaged_line_is_quarantined_whole_and_the_others_read(store):
    bad = LINES[1].replace(b"relu", b"r\x00\xfflu")
    store.write_bytes(LINES[0] + bad + LINES[2])
    rows, message = mended(store)
    assert ids(rows) == [setting_id(RUNS[0][0]), setting_id(RUNS[2][0])]
    assert f"at byte {len(LINES[0])} the checksum does not match" in message
    assert str(store) in message
    assert quarantined(store) == [bad]
    assert store.read_bytes() == LINES[0] + LINES[2]


def test_a_page_of_zeros_costs_only_the_lines_it_covers(store):
    data = bytearray(store.read_bytes())
    start = len(LINES[0]) + 10
    data[start : start + 300] = bytes(300)
    store.write_bytes(bytes(data))
    rows, _ = mended(store)
    assert ids(rows) == [setting_id(RUNS[0][0]), setting_id(RUNS[2][0])]


def test_a_page_of_zeros_at_the_end_is_a_torn_end(store):
    store.write_bytes(store.read_bytes() + bytes(4096))
    rows, _ = mended(store)
    assert len(rows) == 3
    assert store.read_bytes() == b"".join(LINES)


@pytest.mark.parametrize(
    "garbage", [b"\n", b"null\n", b"[]\n", b"{}\n", b'{"id":3}\n', b"[" * 100_000 + b"\n", b"\xff\xfe\n"]
)
def test_garbage_is_quarantined_with_or_without_a_checksum(store, garbage):
    for line in (garbage, seal(garbage[:-1])):
        store.write_bytes(LINES[0] + line + LINES[1])
        rows, _ = mended(store)
        assert len(rows) == 2
        assert quarantined(store)[-1] == line


def test_a_run_stored_twice_is_used_once(store):
    store.write_bytes(LINES[0] + LINES[1] + LINES[0])
    rows, message = mended(store)
    assert len(rows) == 2
    assert "is there twice" in message


def test_many_damaged_lines_are_one_short_warning(store):
    store.write_bytes(b"bad\n" * 1000 + LINES[0])
    rows, message = mended(store)
    assert len(rows) == 1
    assert len(message) < 1000
    assert "and 995 more" in message


def test_a_mending_that_fails_has_lost_nothing(store, monkeypatch):
    damaged = LINES[0] + b"bad\n" + LINES[1]
    store.write_bytes(damaged)
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", failing(errno.ENOSPC))
        with (
            pytest.warns(UserWarning, match="at byte"),
            pytest.raises(StudyError, match="cannot mend the results"),
        ):
            mend_store(store, store.with_name("quarantine.jsonl"))
    assert store.read_bytes() == damaged
    rows, _ = mended(store)
    assert len(rows) == 2
