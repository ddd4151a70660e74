"""What cannot be audited is refused: the rule, what came, and the fix."""

import importlib.util

import jax
import jax.numpy as jnp
import pytest
from jax import lax

from bnact.activations import audit
from bnact.activations.audit.extra import require

FLOAT32 = {"dtypes": ("float32",), "points": 40}

REFUSED = {
    "not a function": (
        3.0,
        {},
        TypeError,
        "fn must be a name, an Activation or a function .*; got float; pass",
    ),
    "an unknown name": ("gleu", {}, ValueError, "must be a name in ACTIVATIONS; got 'gleu'; nearest: gelu"),
    "an unknown reference": (
        jnp.tanh,
        {"reference": "sigmoyd"},
        ValueError,
        "must be a name in ACTIVATIONS; got 'sigmoyd'; nearest: sigmoid",
    ),
    "a reference that is none": (
        jnp.tanh,
        {"reference": 3},
        TypeError,
        "reference must be a name, an Activation or a function of one number; got int; leave it out",
    ),
    "another shape": (
        lambda x: jnp.broadcast_to(x, (2, *x.shape)),
        {},
        ValueError,
        r"fn must keep the shape, being elementwise; got \(2, 64\) for \(64,\); use the elementwise",
    ),
    "a sum": (jnp.sum, {}, ValueError, r"fn must keep the shape, being elementwise; got \(\) for"),
    "entries that depend on others": (
        jax.nn.softmax,
        {"reference": "sigmoid"},
        ValueError,
        "fn must be elementwise, but .* got .* and .* for the same input",
    ),
    "entries that depend on those before": (jnp.cumsum, {}, ValueError, "fn must be elementwise, but "),
    "entries that depend on the last": (lambda x: x - x[-1], {}, ValueError, "fn must be elementwise, but "),
    "entries that depend on their place": (
        lambda x: x * jnp.arange(x.size, dtype=x.dtype),
        {},
        ValueError,
        "fn must be elementwise, but ",
    ),
    "NaN for some": (
        lambda x: jnp.where(jnp.arange(x.size) == 3, jnp.nan, x),
        {},
        ValueError,
        "fn must be elementwise, but .*nan",
    ),
    "a pair": (
        lambda x: (x, x),
        {},
        TypeError,
        r"fn must return one array; got tuple; wrap it, e.g. lambda x",
    ),
    "complex numbers": (
        lambda x: x * jnp.asarray(1j, jnp.complex64) if x.dtype != jnp.float64 else x,
        {"reference": "identity"},
        (TypeError, ValueError),
        "must return real floating-point numbers; got complex64; use its real part|promotion",
    ),
    "whole numbers": (
        lambda x: x.astype(jnp.int32),
        {},
        TypeError,
        "fn must return real floating-point numbers; got int32; use its real part, or cast it",
    ),
    "truth values": (lambda x: x > 0.0, {}, TypeError, "must return real floating-point numbers; got bool;"),
    "a formula that cannot be followed": (
        lambda x: (
            lax.bitcast_convert_type(lax.bitcast_convert_type(x, jnp.int32), jnp.float32)
            if x.dtype == jnp.float32
            else lax.bitcast_convert_type(lax.bitcast_convert_type(x, jnp.int64), jnp.float64)
        ),
        {},
        NotImplementedError,
        "must have a rule in many digits; got 'bitcast_convert_type'; .* another function as its reference",
    ),
    "an odd number of points": (
        jnp.tanh,
        {"points": 41},
        ValueError,
        "an even number, at least 4; got 41; use",
    ),
    "too few points": (jnp.tanh, {"points": 2}, ValueError, "an even number, at least 4; got 2; use"),
    "a share of a point": (jnp.tanh, {"points": 4.0}, ValueError, "an even number, at least 4; got 4.0; use"),
    "an unknown dtype": (
        jnp.tanh,
        {"dtypes": ("float64",)},
        ValueError,
        r"dtypes must be some of \('float16', 'bfloat16', 'float32'\); got \('float64',\); use for example",
    ),
    "a whole type": (
        jnp.tanh,
        {"dtypes": ("int32",)},
        ValueError,
        r"dtypes must be some of .*; got \('int32',\)",
    ),
    "a dtype alone": (
        jnp.tanh,
        {"dtypes": "float32"},
        ValueError,
        "dtypes must be some of .*; got 'float32'",
    ),
    "no dtype": (jnp.tanh, {"dtypes": ()}, ValueError, r"dtypes must be some of .*; got \(\)"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused(case):
    fn, options, error, message = REFUSED[case]
    with pytest.raises(error, match=message):
        audit(fn, **{**FLOAT32, **options})


def test_a_row_that_there_is_not():
    found = audit("identity", dtypes=("float32",), points=4)
    with pytest.raises(ValueError, match=r"a row must be one of .*; got \('float16', 'value'\); name it in"):
        found.row("float16", "value")


def test_a_package_that_is_not_installed(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(
        ImportError, match=r"mpmath must be installed; it is not; use pip install 'bnact\[study\]"
    ):
        audit(lambda x: 3.0 * x, dtypes=("float32",), points=4)
    with pytest.raises(ImportError, match="matplotlib must be installed"):
        require("matplotlib")
