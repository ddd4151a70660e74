"""The identity of a run: the content hash of its setting."""

import hashlib
import json
import operator
from collections.abc import Mapping
from typing import get_type_hints

from bnact.training.setting import Setting

SCHEMA = 2
"""Version of what a setting's fields and a results row mean; it is part of every identity."""

ID_LENGTH = 16

PlainSetting = Mapping[str, str | int | float]
"""A setting as field names and the plain numbers and strings that JSON knows."""

_TYPES = get_type_hints(Setting)


def _plain_type(name: str) -> type:
    return _TYPES[name] if _TYPES[name] in (int, float) else str


def _plain_value(name: str, value: object) -> str | int | float:
    kind = _plain_type(name)
    if kind is float:
        return float(value) + 0.0  # pyright: ignore[reportArgumentType]  # -0.0 equals 0.0: one identity
    if kind is int:
        return int(operator.index(value))  # pyright: ignore[reportArgumentType]
    return str(value)


def plain_setting(setting: Setting) -> PlainSetting:
    """The setting's fields by name, each of its declared type, so that equal settings look equal."""
    return {name: _plain_value(name, getattr(setting, name)) for name in _TYPES}


def setting_from_plain(plain: PlainSetting) -> Setting:
    """The setting that `plain_setting` wrote down.

    Args:
      plain: a value for every field of `Setting`, and nothing else.

    Returns:
      The setting.

    Raises:
      ValueError: a field is missing, unknown, or not of its declared type.
    """
    if plain.keys() != _TYPES.keys():
        odd = sorted(plain.keys() ^ _TYPES.keys())
        raise ValueError(f"setting: fields must be those of Setting; missing or unknown: {odd}")
    wrong = {name: value for name, value in plain.items() if type(value) is not _plain_type(name)}
    if wrong:
        raise ValueError(f"setting: every field must be of its declared type; got {wrong}")
    return Setting(**plain)  # pyright: ignore[reportArgumentType]


def setting_id(setting: Setting) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of the setting's canonical JSON.

    Canonical: sorted names, no spaces, ASCII, floats in the shortest form that reads back the same, and
    the schema's version. The same on every machine and in every process.

    Args:
      setting: the run.

    Returns:
      The identity; equal settings have equal ones.

    Raises:
      ValueError: a number of the setting is not finite.
    """
    canonical = json.dumps(
        {"schema": SCHEMA, "setting": plain_setting(setting)},
        sort_keys=True,
        separators=(",", ":"),
        allow_nan=False,
    )
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()[:ID_LENGTH]
