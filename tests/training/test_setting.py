"""What of a setting is compiled, and what the runs of one cell share."""

import dataclasses

import pytest

from bnact.training import Program, Setting

OTHERS = {
    "activation": "tanh",
    "norm": "layer",
    "order": "after",
    "steps": 7,
    "gain": 2.0,
    "kill": "bias",
    "learning_rate": 0.5,
    "seed": 3,
}


def test_the_program_depends_on_shapes_alone():
    assert Setting().program == Program("digits", "mlp", 8, 64, 64, 128)
    assert dataclasses.replace(Setting(), **OTHERS).program == Setting().program


@pytest.mark.parametrize(
    "field, value",
    [
        ("data", "spirals"),
        ("architecture", "conv_net"),
        ("depth", 3),
        ("width", 5),
        ("batch_size", 7),
        ("observed", 9),
    ],
)
def test_another_shape_is_another_program(field, value):
    assert dataclasses.replace(Setting(), **{field: value}).program != Setting().program


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(Setting)])
def test_a_cell_is_all_but_learning_rate_and_seed(field):
    shapes = {"data": "spirals", "architecture": "resnet", "depth": 3, "width": 5, "batch_size": 7}
    value = {**shapes, "observed": 9, **OTHERS}[field]
    same = dataclasses.replace(Setting(), **{field: value}).cell == Setting().cell
    assert same == (field in ("learning_rate", "seed"))
