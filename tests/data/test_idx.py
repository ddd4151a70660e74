"""bnact.data.idx: files that are damaged in ways in which only a compressed file can be."""

import gzip
import struct

import numpy as np
import pytest

from bnact.data.idx import idx
from tests.data.local_folders import idx_bytes

ARRAY = np.random.default_rng(0).integers(0, 256, (5, 6, 7), np.uint8)


def written(folder, content):
    path = folder / "images.gz"
    path.write_bytes(content)
    return path


def test_the_array_is_read_as_it_was_written(tmp_path):
    read = idx("mine", written(tmp_path, gzip.compress(idx_bytes(ARRAY))), 3, "fix it")
    np.testing.assert_array_equal(read.array, ARRAY)
    assert read.content == idx_bytes(ARRAY)


def test_every_truncation_of_a_compressed_file_is_found(tmp_path):
    whole = gzip.compress(idx_bytes(ARRAY))
    for length in range(len(whole)):
        with pytest.raises(ValueError, match="mine: images.gz must .*; fix it"):
            idx("mine", written(tmp_path, whole[:length]), 3, "fix it")


def test_every_flipped_bit_of_the_data_is_found(tmp_path):
    whole = gzip.compress(idx_bytes(ARRAY))
    for position in range(30, len(whole), 7):
        broken = bytearray(whole)
        broken[position] ^= 4
        with pytest.raises(ValueError, match="mine: images.gz must .*; fix it"):
            idx("mine", written(tmp_path, bytes(broken)), 3, "fix it")


@pytest.mark.parametrize("tail", [b"more", gzip.compress(b"more", mtime=0), bytes(8)])
def test_bytes_behind_the_end_are_found(tmp_path, tail):
    content = gzip.compress(idx_bytes(ARRAY)) + tail
    with pytest.raises(ValueError, match="truncated or has bytes too many"):
        idx("mine", written(tmp_path, content), 3, "fix it")


def test_a_compressed_file_cannot_declare_more_than_it_has_room_for(tmp_path):
    header = b"\0\0\x08\x03" + struct.pack(">3I", 1000, 1000, 1000)
    # Its end says what the header says; only the few bytes in between say otherwise.
    content = gzip.compress(header)[:-4] + struct.pack("<I", 16 + 10**9)
    with pytest.raises(ValueError, match="must have room for the 1000000016 bytes that its header declares"):
        idx("mine", written(tmp_path, content), 3, "fix it")


def test_a_plain_file_named_as_a_compressed_one_is_refused(tmp_path):
    with pytest.raises(
        ValueError, match="images.gz must be a whole gzip file; got a damaged or truncated one"
    ):
        idx("mine", written(tmp_path, idx_bytes(ARRAY)), 3, "fix it")
