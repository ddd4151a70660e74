"""The backend node tests of ONNX: what its authors say each operator returns, run against bnact."""

import functools
import importlib
import importlib.util
import warnings
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
import pytest

from bnact import activations
from bnact.activations import get, log_softmax, prelu, softmax, swiglu, swish

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("onnx") is None, reason="needs the package onnx, which holds the cases"
)


def prelu_of_any_shape(x, slope):
    """ONNX broadcasts the slope to x; here each entry counts as a feature."""
    return prelu(x.ravel(), np.broadcast_to(slope, x.shape).ravel()).reshape(x.shape)


def shrunk(x, bias, lambd):
    kind = activations.hard_shrink if bias == 0.0 else activations.soft_shrink
    assert bias in (0.0, lambd), "neither soft nor hard"
    return kind(size=lambd)(x)


def gated_by_swish(gate, value, alpha):
    """ONNX has the gate first, and by itself."""
    packed = swiglu(jnp.concatenate([value, gate], -1))
    return packed if alpha == 1.0 else value * swish(gate, alpha)


# Each operator: what bnact computes from the inputs and the attributes, and the attributes' defaults.
ELEMENTWISE = {
    "Celu": (lambda x, alpha: activations.celu(alpha=alpha)(x), {"alpha": 1.0}),
    "Elu": (lambda x, alpha: activations.elu(alpha=alpha)(x), {"alpha": 1.0}),
    "Erf": (lambda x: get("erf")(x), {}),
    "Gelu": (
        lambda x, approximate: get("gelu_tanh" if approximate == b"tanh" else "gelu")(x),
        {"approximate": b"none"},
    ),
    "HardSigmoid": (
        lambda x, alpha, beta: activations.hard_sigmoid(slope=alpha, offset=beta)(x),
        {"alpha": 0.2, "beta": 0.5},
    ),
    "HardSwish": (lambda x: get("hard_silu")(x), {}),
    "LeakyRelu": (lambda x, alpha: activations.leaky_relu(slope=alpha)(x), {"alpha": 0.01}),
    "Mish": (lambda x: get("mish")(x), {}),
    "PRelu": (prelu_of_any_shape, {}),
    "Relu": (lambda x: get("relu")(x), {}),
    "Selu": (
        lambda x, alpha, gamma: activations.selu(scale=gamma, alpha=alpha)(x),
        {"alpha": 1.67326319217681884765625, "gamma": 1.05070102214813232421875},
    ),
    "Shrink": (shrunk, {"bias": 0.0, "lambd": 0.5}),
    "Sigmoid": (lambda x: get("sigmoid")(x), {}),
    "Softplus": (lambda x: get("softplus")(x), {}),
    "Softsign": (lambda x: get("soft_sign")(x), {}),
    "SwiGLU": (gated_by_swish, {"alpha": 1.0}),
    "Swish": (lambda x, alpha: swish(x, alpha), {"alpha": 1.0}),
    "Tanh": (lambda x: get("tanh")(x), {}),
    "ThresholdedRelu": (lambda x, alpha: activations.threshold(at=alpha, below=0.0)(x), {"alpha": 1.0}),
}
ALONG_AN_AXIS = {
    "Softmax": (lambda x, axis: softmax(x, axis), {"axis": -1}),
    "LogSoftmax": (lambda x, axis: log_softmax(x, axis), {"axis": -1}),
}
COUNTS = {"elementwise": (ELEMENTWISE, 42), "along an axis": (ALONG_AN_AXIS, 14)}


class Case(NamedTuple):
    """A model of one node, and what it must return."""

    name: str
    operator: str
    attributes: dict
    inputs: list
    outputs: list
    rtol: float
    atol: float


@functools.cache
def cases():
    """{operator: its cases}."""
    if importlib.util.find_spec("onnx") is None:
        return {}
    loader = importlib.import_module("onnx.backend.test.loader")
    get_attribute_value = importlib.import_module("onnx.helper").get_attribute_value
    # Making the cases of other operators warns of overflow.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tests = loader.load_model_tests(kind="node")
    found = {}
    for test in tests:
        nodes = test.model.graph.node
        if len(nodes) == 1:
            attributes = {each.name: get_attribute_value(each) for each in nodes[0].attribute}
            for inputs, outputs in test.data_sets:
                case = Case(test.name, nodes[0].op_type, attributes, inputs, outputs, test.rtol, test.atol)
                found.setdefault(nodes[0].op_type, []).append(case)
    return found


def computed(case, table):
    """What bnact returns."""
    function, defaults = table[case.operator]
    assert case.attributes.keys() <= defaults.keys()
    return function(*map(jnp.asarray, case.inputs), **{**defaults, **case.attributes})


def assert_conforms(case, y):
    (expected,) = case.outputs
    assert y.dtype == expected.dtype
    assert y.shape == expected.shape
    rtol = max(case.rtol, float(jnp.finfo(y.dtype).eps))
    wide = np.asarray(y).astype(np.float64), np.asarray(expected).astype(np.float64)
    np.testing.assert_allclose(*wide, rtol=rtol, atol=case.atol)


@pytest.mark.parametrize("kind", COUNTS)
def test_how_many_cases_there_are(kind):
    table, count = COUNTS[kind]
    assert sum(len(cases()[operator]) for operator in table) == count


@pytest.mark.parametrize("operator", [*ELEMENTWISE, *ALONG_AN_AXIS])
def test_every_case(operator):
    table = ELEMENTWISE if operator in ELEMENTWISE else ALONG_AN_AXIS
    for case in cases()[operator]:
        assert_conforms(case, computed(case, table))


@pytest.mark.parametrize("operator", [*ELEMENTWISE, *ALONG_AN_AXIS])
def test_two_hundredths_more_are_caught(operator):
    table = ELEMENTWISE if operator in ELEMENTWISE else ALONG_AN_AXIS
    for case in cases()[operator]:
        y = computed(case, table)
        with pytest.raises(AssertionError, match="Not equal to tolerance"):
            assert_conforms(case, (y * 1.02).astype(y.dtype))


def test_another_axis_is_caught():
    case = next(case for case in cases()["Softmax"] if case.attributes.get("axis") == 0)
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        assert_conforms(case, softmax(jnp.asarray(case.inputs[0]), 1))
