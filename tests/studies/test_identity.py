import dataclasses
import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest

from bnact.studies import identity
from bnact.studies.identity import plain_setting, setting_from_plain, setting_id
from bnact.training.setting import Setting

CHANGED = Setting(
    data="spirals",
    architecture="conv_net",
    activation="tanh",
    norm="layer",
    order="after",
    depth=9,
    width=65,
    batch_size=65,
    steps=301,
    learning_rate=0.030000000000000002,
    gain=1.0000000000000002,
    kill="bias",
    observed=129,
    seed=1,
)


def test_has_16_hexadecimal_digits():
    assert len(setting_id(Setting())) == 16
    int(setting_id(Setting()), 16)


def test_is_the_hash_of_this_text():
    canonical = (
        b'{"schema":2,"setting":{"activation":"relu","architecture":"mlp","batch_size":64,"data":"digits",'
        b'"depth":8,"gain":1.0,"kill":"none","learning_rate":0.03,"norm":"batch","observed":128,"order":"before","seed":0,'
        b'"steps":300,"width":64}}'
    )
    assert setting_id(Setting()) == hashlib.sha256(canonical).hexdigest()[:16]


def test_is_the_same_in_another_process():
    code = "from bnact.studies.identity import setting_id; from bnact.training.setting import Setting; "
    environment = {**os.environ, "PYTHONHASHSEED": "123", "LC_ALL": "C"}
    other = subprocess.run(
        [sys.executable, "-c", code + "print(setting_id(Setting()))"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert other.stdout.strip() == setting_id(Setting())


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(Setting)])
def test_changes_with_every_field(name):
    other = dataclasses.replace(Setting(), **{name: getattr(CHANGED, name)})
    assert other != Setting()
    assert setting_id(other) != setting_id(Setting())


def test_changes_with_the_schema(monkeypatch):
    before = setting_id(Setting())
    monkeypatch.setattr(identity, "SCHEMA", identity.SCHEMA + 1)
    assert setting_id(Setting()) != before


@pytest.mark.parametrize(
    "equal",
    [
        Setting(learning_rate=1),
        Setting(learning_rate=np.float64(1.0)),  # pyright: ignore[reportArgumentType]
        Setting(learning_rate=1.0, depth=np.int64(8)),  # pyright: ignore[reportArgumentType]
    ],
)
def test_equal_settings_have_equal_identities(equal):
    assert equal == Setting(learning_rate=1.0)
    assert setting_id(equal) == setting_id(Setting(learning_rate=1.0))


def test_zero_has_no_sign():
    assert setting_id(Setting(learning_rate=-0.0)) == setting_id(Setting(learning_rate=0.0))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_refuses_a_number_that_is_not_finite(value):
    with pytest.raises(ValueError, match="not JSON compliant"):
        setting_id(Setting(learning_rate=value))


@pytest.mark.parametrize("setting", [Setting(), CHANGED])
def test_plain_settings_read_back(setting):
    assert setting_from_plain(plain_setting(setting)) == setting


@pytest.mark.parametrize(
    "change, message",
    [
        ({"depth": 8.5}, "declared type"),
        ({"depth": True}, "declared type"),
        ({"depth": "8"}, "declared type"),
        ({"learning_rate": 1}, "declared type"),
        ({"activation": 3}, "declared type"),
        ({"more": 3}, r"missing or unknown: \['more'\]"),
    ],
)
def test_plain_settings_of_another_type_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        setting_from_plain({**plain_setting(Setting()), **change})
