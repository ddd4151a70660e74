import json

import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest

from bnact.studies.row_format import decode_row, encode_row, seal
from bnact.training.log import Log
from bnact.training.setting import Setting
from tests.studies.fake_runs import SETTINGS, fake_log

LINE = encode_row(SETTINGS[0], fake_log(SETTINGS[0]))


def strict(constant):
    raise AssertionError(f"{constant} is not JSON")


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_row_reads_back_bit_for_bit(setting):
    row = decode_row(encode_row(setting, fake_log(setting)))
    assert row.setting == setting
    for name in Log._fields:
        written, read = getattr(fake_log(setting), name), getattr(row.log, name)
        assert written.shape == read.shape
        np.testing.assert_array_equal(read, written)
        assert read.dtype.kind == np.asarray(written).dtype.kind


def test_writing_what_was_read_gives_the_same_line():
    row = decode_row(LINE)
    assert encode_row(row.setting, row.log) == LINE


def test_the_line_is_strict_json_of_four_parts():
    row = json.loads(LINE, parse_constant=strict)
    assert list(row) == ["id", "setting", "log", "checksum"]
    assert LINE.endswith(b"\n")
    assert LINE.count(b"\n") == 1


def test_numbers_that_are_not_finite_are_null():
    log = fake_log(SETTINGS[0])._replace(train_loss=np.array([1, np.nan, np.inf, -np.inf, 1e300]))
    line = encode_row(SETTINGS[0], log)
    assert json.loads(line, parse_constant=strict)["log"]["train_loss"] == [1.0, None, None, None, None]
    np.testing.assert_array_equal(decode_row(line).log.train_loss, [1, np.nan, np.nan, np.nan, np.nan])


@hypothesis.given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=200))
def test_every_float32_reads_back(bits):
    values = np.array(bits, np.uint32).view(np.float32)
    read = decode_row(encode_row(SETTINGS[0], fake_log(SETTINGS[0])._replace(dead=values))).log.dead
    finite = np.isfinite(values)
    np.testing.assert_array_equal(read[finite].view(np.uint32), values[finite].view(np.uint32))
    assert np.isnan(read[~finite]).all()


def test_reals_are_written_short():
    log = fake_log(SETTINGS[0])._replace(train_loss=np.asarray([0.1, 1 / 3], np.float32))
    assert b'"train_loss":[0.1,0.33333334]' in encode_row(SETTINGS[0], log)


def test_every_flipped_bit_is_found():
    # One bit in each byte, so that every byte is covered; which bit goes round.
    for i in range(len(LINE)):
        flipped = bytearray(LINE)
        flipped[i] ^= 1 << (i % 8)
        with pytest.raises(ValueError):  # noqa: PT011  # whatever the damage, it is a ValueError
            decode_row(bytes(flipped))


def test_an_id_of_another_setting_is_found_in_spite_of_a_right_checksum():
    row = json.loads(LINE)
    del row["checksum"]
    row["setting"]["seed"] = 99
    with pytest.raises(ValueError, match="is not that of the setting"):
        decode_row(seal(json.dumps(row).removesuffix("}").encode()))


def test_a_log_of_other_fields_is_refused():
    row = json.loads(LINE)
    del row["checksum"], row["log"]["dead"]
    with pytest.raises(ValueError, match="the log's fields must be"):
        decode_row(seal(json.dumps(row).removesuffix("}").encode()))


def test_unicode_is_escaped():
    setting = Setting(data='npz-ü\n"\u202e\x1b[31m')
    line = encode_row(setting, fake_log(setting))
    line.decode("ascii")
    assert line.count(b"\n") == 1
    assert b"\x1b" not in line
    assert decode_row(line).setting == setting
