"""One run as one line of text: strict JSON that carries its own checksum."""

import hashlib
import json
from typing import Any

import numpy as np

from bnact.studies.identity import plain_setting, setting_from_plain, setting_id
from bnact.studies.rows import Row
from bnact.training.log import Log
from bnact.training.setting import Setting

INTEGER_FIELDS = frozenset({"step", "histogram", "diverged"})
"""Fields of `Log` that count something; the others are real numbers, kept as float32."""

_SEAL = b',"checksum":"'


def _plain_reals(values: np.ndarray) -> Any:
    with np.errstate(over="ignore"):
        flat = np.asarray(values, np.float32).ravel()
    # The shortest digits that read back as the same float32; a double's digits would be twice as long.
    plain = [float(np.format_float_scientific(value)) if np.isfinite(value) else None for value in flat]
    return np.array(plain, dtype=object).reshape(values.shape).tolist()


def _plain_log(log: Log) -> dict[str, Any]:
    arrays = {name: np.asarray(values) for name, values in log._asdict().items()}
    return {
        name: values.astype(np.int64).tolist() if name in INTEGER_FIELDS else _plain_reals(values)
        for name, values in arrays.items()
    }


def _checksum(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest()[:16].encode("ascii")


def seal(body: bytes) -> bytes:
    """The line of an open JSON object `{...`: its checksum appended, the object closed, the line ended."""
    return body + _SEAL + _checksum(body) + b'"}\n'


def encode_row(setting: Setting, log: Log) -> bytes:
    """The line of one run: `{"id": ..., "setting": {...}, "log": {...}, "checksum": ...}`.

    Real numbers are float32, written in the shortest form that reads back the same; one that is not
    finite (or beyond float32) is null. The checksum covers every byte before it.

    Args:
      setting: what was run.
      log: what it left, arrays of any shape.

    Returns:
      ASCII bytes that end with a line break and hold no other.
    """
    row = {"id": setting_id(setting), "setting": plain_setting(setting), "log": _plain_log(log)}
    text = json.dumps(row, separators=(",", ":"), allow_nan=False)
    return seal(text.removesuffix("}").encode("ascii"))


def decode_row(line: bytes) -> Row:
    """The run that `encode_row` wrote.

    Args:
      line: the bytes of one line, line break included.

    Returns:
      The row; null reads as NaN.

    Raises:
      ValueError: the line is not, byte for byte, one that `encode_row` writes.
    """
    body, _, _ = line.rpartition(_SEAL)
    if line != seal(body):
        raise ValueError("the checksum does not match")
    row = json.loads(line)
    setting = setting_from_plain(row["setting"])
    if row["id"] != setting_id(setting):
        raise ValueError(f"the id {row['id']!r} is not that of the setting")
    if set(row["log"]) != set(Log._fields):
        raise ValueError(f"the log's fields must be {list(Log._fields)}; got {list(row['log'])}")
    return Row(row["id"], setting, Log(**{name: _array(name, row["log"][name]) for name in Log._fields}))


def _array(name: str, values: Any) -> Any:
    return np.array(values, dtype=np.int64 if name in INTEGER_FIELDS else np.float32)
