"""A directory of programs holds neither too many nor a cut one, whatever else happens to it."""

import os
import struct
import zlib
from pathlib import Path

import pytest

from bnact.distributed import kept_programs
from bnact.distributed.kept_programs import LOOKED, drop_cut_programs, prune


def names(path):
    return {each.relative_to(path).as_posix() for each in path.rglob("*") if each.is_file()} - {LOOKED}


def test_the_oldest_programs_go_when_there_are_too_many(tmp_path):
    for age, name in enumerate(("newest", "middle", "oldest")):
        (tmp_path / name).write_bytes(bytes(100))
        os.utime(tmp_path / name, (1e9 - age, 1e9 - age))
    prune(tmp_path, 250)
    assert {path.name for path in tmp_path.iterdir()} == {"newest", "middle"}
    prune(tmp_path, 200)
    assert {path.name for path in tmp_path.iterdir()} == {"newest", "middle"}


def test_what_lies_in_directories_below_counts_too(tmp_path):
    (tmp_path / "below").mkdir()
    for age, name in enumerate(("a", "below/b", "below/c")):
        (tmp_path / name).write_bytes(bytes(100))
        os.utime(tmp_path / name, (1e9 - age, 1e9 - age))
    prune(tmp_path, 250)
    assert names(tmp_path) == {"a", "below/b"}


def test_a_file_that_another_process_removes_is_nobodys_error(tmp_path, monkeypatch):
    for name in ("a-cache", "b-cache"):
        (tmp_path / name).write_bytes(b"cut")
    really = Path.lstat

    def gone(path):
        if path.name == "a-cache":
            path.unlink(missing_ok=True)
        return really(path)

    monkeypatch.setattr(Path, "lstat", gone)
    prune(tmp_path, 0)
    assert names(tmp_path) == set()
    prune(tmp_path / "none", 0)
    drop_cut_programs(tmp_path / "none")


def zstandard(blocks, flags=0b0010_0000):
    """A frame of raw blocks, as RFC 8878 describes it: one segment, its size in a byte."""
    frame = b"\x28\xb5\x2f\xfd" + bytes([flags, sum(map(len, blocks))])
    for place, block in enumerate(blocks):
        header = len(block) << 3 | (place == len(blocks) - 1)
        frame += struct.pack("<I", header)[:3] + block
    return frame + bytes(4 if flags & 4 else 0)


PROGRAM = zlib.compress(os.urandom(3 * 2**20) + bytes(2**22))
WHOLE = {
    "zlib": PROGRAM,
    "zstandard": zstandard([b"abc", b"", b"defg"]),
    "summed": zstandard([b"abc"], 0b0010_0100),
}


@pytest.mark.parametrize("kind", WHOLE)
@pytest.mark.parametrize("left", [0, 3, 5, -9, -1])
def test_a_program_cut_anywhere_goes_and_a_whole_one_stays(tmp_path, kind, left):
    (tmp_path / "whole-cache").write_bytes(WHOLE[kind])
    (tmp_path / "cut-cache").write_bytes(WHOLE[kind][:left])
    (tmp_path / "no program").write_bytes(b"x")
    drop_cut_programs(tmp_path)
    assert names(tmp_path) == {"whole-cache", "no program"}


def test_what_was_looked_at_is_not_read_again(tmp_path, monkeypatch):
    (tmp_path / "old-cache").write_bytes(PROGRAM)
    os.utime(tmp_path / "old-cache", (1e9, 1e9))
    drop_cut_programs(tmp_path)
    looked = []
    really = kept_programs._is_whole
    monkeypatch.setattr(kept_programs, "_is_whole", lambda path: looked.append(path.name) or really(path))
    (tmp_path / "new-cache").write_bytes(PROGRAM[:99])
    drop_cut_programs(tmp_path)
    assert looked == ["new-cache"]
    assert names(tmp_path) == {"old-cache"}
