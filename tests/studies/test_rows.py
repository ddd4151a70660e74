import dataclasses
from typing import Any

import pytest

from bnact.studies.identity import setting_id
from bnact.studies.rows import Row, Rows
from bnact.training.setting import Setting
from tests.studies.fake_runs import SETTINGS, fake_log

ROWS = Rows(tuple(Row(setting_id(s), s, fake_log(s)) for s in SETTINGS))


def test_are_a_collection():
    assert len(ROWS) == len(SETTINGS)
    assert [row.setting for row in ROWS] == list(SETTINGS)
    assert len(Rows()) == 0


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(Setting)])
def test_every_field_selects(name):
    other: Any = {
        "data": "spirals",
        "architecture": "resnet",
        "norm": "rms",
        "order": "after",
        "kill": "bias",
    }.get(name, 77)
    odd = dataclasses.replace(SETTINGS[0], **{name: other})
    rows = Rows((*ROWS, Row("odd", odd, fake_log(SETTINGS[0]))))
    assert [row.id for row in rows.select(**{name: other})] == ["odd"]
    assert "odd" not in [row.id for row in rows.select(**{name: getattr(SETTINGS[0], name)})]


def test_selections_combine_and_keep_the_order():
    chosen = ROWS.select(activation="tanh", learning_rate=0.3, seed=0)
    assert [row.setting.depth for row in chosen] == [1, 4]
    assert ROWS.select(activation="tanh").select(learning_rate=0.3).select(seed=0) == chosen


def test_zero_is_a_value():
    assert {row.setting.seed for row in ROWS.select(seed=0)} == {0}


def test_no_match_is_empty():
    assert len(ROWS.select(depth=99)) == 0


def test_cells_part_the_rows():
    cells = ROWS.cells()
    assert len(cells) == 4
    assert sum(len(rows) for rows in cells.values()) == len(ROWS)
    for cell, rows in cells.items():
        assert {row.setting.cell for row in rows} == {cell}


def test_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        ROWS.rows = ()  # pyright: ignore[reportAttributeAccessIssue]
