"""Side by side with torch in float64: values, first and second derivatives of all that both have."""

import functools
import importlib
import importlib.util
import typing

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact import activations
from bnact.activations import ACTIVATIONS

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None, reason="needs the package torch, which is compared with"
)

# Where neither cancels: torch forms 1 - s and 1 - t^2. No point is at a kink or a zero.
X = np.array([-2.9, -2.1, -1.7, -0.83, -0.37, -0.11, 0.13, 0.29, 0.61, 0.97, 1.3, 2.2, 2.7, 3.4])
RTOL = 1e-12

# torch's name within torch, torch.special or torch.nn.functional, and arguments that make the two the same.
ELEMENTWISE = {
    "relu": ("nn.functional.relu", {}),
    "leaky_relu": ("nn.functional.leaky_relu", {}),
    "rrelu": ("nn.functional.rrelu", {}),
    "relu6": ("nn.functional.relu6", {}),
    "threshold": ("nn.functional.threshold", {"threshold": 1.0, "value": 0.0}),
    "abs": ("abs", {}),
    "square": ("square", {}),
    "elu": ("nn.functional.elu", {}),
    "celu": ("nn.functional.celu", {}),
    "selu": ("nn.functional.selu", {}),
    "exponential": ("exp", {}),
    "hard_sigmoid": ("nn.functional.hardsigmoid", {}),
    "hard_tanh": ("nn.functional.hardtanh", {}),
    "hard_silu": ("nn.functional.hardswish", {}),
    "soft_shrink": ("nn.functional.softshrink", {}),
    "hard_shrink": ("nn.functional.hardshrink", {}),
    "tanh_shrink": ("nn.functional.tanhshrink", {}),
    "sign": ("sign", {}),
    "softplus": ("nn.functional.softplus", {}),
    "sigmoid": ("sigmoid", {}),
    "log_sigmoid": ("nn.functional.logsigmoid", {}),
    "tanh": ("tanh", {}),
    "gelu": ("nn.functional.gelu", {}),
    "gelu_tanh": ("nn.functional.gelu", {"approximate": "tanh"}),
    "silu": ("nn.functional.silu", {}),
    "mish": ("nn.functional.mish", {}),
    "soft_sign": ("nn.functional.softsign", {}),
    "arctan": ("atan", {}),
    "arcsinh": ("asinh", {}),
    "erf": ("erf", {}),
    "gaussian_cdf": ("special.ndtr", {}),
    "sin": ("sin", {}),
    "cos": ("cos", {}),
}
# How many of value, first and second derivative can be compared, where not all three: the slope of our sign
# is that of a straight-through estimator, and that of torch's hardsigmoid is 1/6 rounded to float32.
COMPARABLE = {"sign": 1, "hard_sigmoid": 1}

TORCH_HAS_NONE = {
    *("identity", "squared_relu", "shifted_relu", "hard_mish", "sparse_plus", "sparse_sigmoid", "step"),
    *("lecun_tanh", "softcap", "penalized_tanh", "gaussian", "isru", "isrlu", "squareplus"),
    *("bent_identity", "symlog", "quick_gelu", "snake", "growing_cosine", "serf", "tanh_exp"),
}

ROWS = np.array([[0.3, -1.2, 2.1, 0.7], [-0.4, 1.9, -2.2, 0.05]])
SLOPE = np.array([0.25, -0.1, 0.4, 1.3])
OF_ROWS = {
    "softmax": (activations.softmax, "nn.functional.softmax", {"dim": -1}),
    "log_softmax": (activations.log_softmax, "nn.functional.log_softmax", {"dim": -1}),
    "softmin": (activations.softmin, "nn.functional.softmin", {"dim": -1}),
    "glu": (activations.glu, "nn.functional.glu", {}),
    "prelu": (lambda x: activations.prelu(x, SLOPE), "nn.functional.prelu", {"weight": SLOPE}),
}


@functools.cache
def peer(name):
    """torch's function of a dotted name."""
    torch = importlib.import_module("torch")
    return functools.reduce(getattr, name.split("."), typing.cast("typing.Any", torch))


def torch_orders(name, x, arguments, along, count=3):
    """Value, gradient of its sum weighted by `along`, and gradient of that gradient weighted likewise."""
    torch = importlib.import_module("torch")
    given = torch.tensor(x, requires_grad=True)
    arguments = {k: torch.tensor(v) if isinstance(v, np.ndarray) else v for k, v in arguments.items()}
    orders, weights = [peer(name)(given, **arguments)], torch.tensor(along)
    for _ in range(1, count):
        total = (orders[-1] * weights[..., : orders[-1].shape[-1]]).sum()
        slope = None
        if total.requires_grad:
            (slope,) = torch.autograd.grad(total, given, create_graph=True, allow_unused=True)
        orders.append(torch.zeros_like(given) if slope is None else slope)
    return [each.detach().numpy(force=True) for each in orders]


@functools.cache
def our_elementwise():
    """{name: value, first and second derivative at X}, all compiled in one program."""
    names = [name for name in ELEMENTWISE if name in ACTIVATIONS]
    with jax.enable_x64(True):
        orders = jax.jit(lambda x: [[fn(x) for fn in ACTIVATIONS[name].curve] for name in names])(X)
        return dict(zip(names, jax.tree.map(np.asarray, orders), strict=True))


@functools.cache
def our_rows(name):
    fn, along = OF_ROWS[name][0], np.cos(ROWS)

    def first(x):
        return jax.grad(lambda x: jnp.sum(fn(x) * along[..., : fn(x).shape[-1]]))(x)

    with jax.enable_x64(True):
        second = jax.grad(lambda x: jnp.sum(first(x) * along))
        return [np.asarray(each) for each in jax.jit(lambda x: (fn(x), first(x), second(x)))(ROWS)]


def pairs(name):
    """(ours, torch's) for each order."""
    if name in OF_ROWS:
        _, peer_name, arguments = OF_ROWS[name]
        return list(zip(our_rows(name), torch_orders(peer_name, ROWS, arguments, np.cos(ROWS)), strict=True))
    peer_name, arguments = ELEMENTWISE[name]
    count = COMPARABLE.get(name, 3)
    theirs = torch_orders(peer_name, X, arguments, np.ones_like(X), count)
    return list(zip(our_elementwise()[name][:count], theirs, strict=True))


def assert_agree(ours, theirs):
    np.testing.assert_allclose(ours, theirs, rtol=RTOL, atol=1e-300)


each_name = pytest.mark.parametrize(
    "name", [*(name for name in ELEMENTWISE if name in ACTIVATIONS), *OF_ROWS]
)


@each_name
def test_value_and_two_derivatives(name):
    for ours, theirs in pairs(name):
        assert_agree(ours, theirs)


@each_name
def test_a_hundred_billionth_more_is_caught(name):
    for ours, theirs in pairs(name):
        if np.any(theirs):
            with pytest.raises(AssertionError):
                assert_agree(ours * (1.0 + 1e-11), theirs)


def test_every_activation_is_compared_or_torch_has_none():
    assert {*ACTIVATIONS} - {*ELEMENTWISE} <= TORCH_HAS_NONE
    assert not {*ELEMENTWISE} & TORCH_HAS_NONE
