"""What the modules with flax's arguments refuse: the message names the argument, what came, and the fix."""

import re
from typing import Any

import jax
import jax.numpy as jnp
import pytest
from flax import nnx

from bnact import nn

X = jnp.ones((4, 6, 8))
ACTIVATIONS = ("BatchNorm", "LayerNorm", "RMSNorm", "GroupNorm", "InstanceNorm")
EVERY = (*ACTIVATIONS, "WeightNorm", "SpectralNorm")


def made(norm, features: Any = 8, **settings):
    settings |= (
        {"num_groups": 4} if norm == "GroupNorm" and not {*settings} & {"num_groups", "group_size"} else {}
    )
    rngs = nnx.Rngs(0)
    subject = nnx.Linear(8, 8, rngs=rngs) if norm in ("WeightNorm", "SpectralNorm") else features
    return getattr(nn, norm)(subject, **settings, rngs=rngs)


@pytest.mark.parametrize("norm", EVERY)
def test_settings_of_every_norm(norm):
    for name in ("dtype", "param_dtype"):
        with pytest.raises(
            ValueError, match=f"^{norm}: {name} must be real floating; got int32; use {name}="
        ):
            made(norm, **{name: jnp.int32})
    with pytest.raises(ValueError, match=f"^{norm}: epsilon must be finite and at least 0; got epsilon=-1.0"):
        made(norm, epsilon=-1.0)


@pytest.mark.parametrize("norm", ACTIVATIONS)
def test_inputs_of_every_norm(norm):
    with pytest.raises(
        ValueError, match=f"^{norm}: num_features must be at least 1; got num_features=0; use"
    ):
        made(norm, features=0)
    with pytest.raises(
        TypeError, match=f"^{norm}: num_features must be an integer; got 2.5 of type float; use"
    ):
        made(norm, features=2.5)
    with pytest.raises(TypeError, match=f"^{norm}: x must be real floating; got complex64; use"):
        made(norm)(X.astype(jnp.complex64))
    with pytest.raises(TypeError, match="^mask: must be boolean, True counts; got int32; use mask.astype"):
        made(norm)(X, mask=jnp.ones((4, 6, 8), jnp.int32))
    with pytest.raises(
        ValueError, match=r"^mask: must broadcast to x; got mask of shape \(4, 6\), x of shape"
    ):
        made(norm)(X, mask=jnp.ones((4, 6), bool))
    message = (
        rf"^{norm}: x's features must match \w+; got 6 features on axes \(2,\) of x of shape \(4, 6, 6\)"
    )
    with pytest.raises(
        ValueError, match=message + r", \w+ of shape \(8,\); use num_features=6, or another axis"
    ):
        made(norm)(X[..., :6])


@pytest.mark.parametrize(
    "norm, name",
    [
        ("BatchNorm", "axis"),
        ("LayerNorm", "reduction_axes"),
        ("LayerNorm", "feature_axes"),
        ("RMSNorm", "reduction_axes"),
        ("RMSNorm", "feature_axes"),
        ("GroupNorm", "reduction_axes"),
        ("InstanceNorm", "feature_axes"),
        ("WeightNorm", "feature_axes"),
    ],
)
def test_axes(norm, name):
    with pytest.raises(
        TypeError, match=f"^{norm}: {name} must be an axis or several, whole numbers; got 'C'; use"
    ):
        made(norm, **{name: "C"})
    array = "a kernel" if norm == "WeightNorm" else "x"
    with pytest.raises(
        ValueError, match=rf"^{norm}: {name} must be axes of ({array}); got {name}=\(7,\), \1 of shape"
    ):
        made(norm, **{name: 7})(X)


BAD = {
    "momentum, the weight of the old value, must be in [0, 1]; got momentum=1.5; use 0.99": (
        lambda: made("BatchNorm", momentum=1.5)
    ),
    "use_running_average must be given where the module is made or called; got None twice; use": (
        lambda: made("BatchNorm", use_running_average=None)(X)
    ),
    "training takes statistics over at least 2 values of a feature; got 1, x of shape (1, 8), axis=-1; use": (
        lambda: made("BatchNorm")(X[0, :1])
    ),
    "one of num_groups and group_size must be given, and the other None; got num_groups=4, group_size=2": (
        lambda: made("GroupNorm", num_groups=4, group_size=2)
    ),
    "and the other None; got num_groups=None, group_size=None; use num_groups=None beside a group_size": (
        lambda: made("GroupNorm", num_groups=None)
    ),
    "num_features must be divisible by num_groups; got num_features=8, num_groups=3; use num_groups in": (
        lambda: made("GroupNorm", num_groups=3)
    ),
    "num_features must be divisible by group_size; got num_features=8, group_size=5; use group_size in": (
        lambda: made("GroupNorm", num_groups=None, group_size=5)
    ),
    "num_groups must be a whole number of at least 1; got num_groups=0; use num_groups=1": (
        lambda: made("GroupNorm", num_groups=0)
    ),
    "reduction_axes must hold the last axis, that of the features; got reduction_axes=(1,)": (
        lambda: made("GroupNorm", reduction_axes=(1,))(X)
    ),
    "feature_axes must leave out the first axis, that of the examples; got feature_axes=(0,)": (
        lambda: made("InstanceNorm", 4, feature_axes=0)(X)
    ),
    "x must have an axis of positions beside examples and features; got x of shape (6, 8)": (
        lambda: made("InstanceNorm")(X[0])
    ),
    "variable_filter must find a parameter of layer_instance; got none in Linear; use another filter": (
        lambda: made("WeightNorm", variable_filter=nnx.PathContains("weight"))
    ),
    "n_steps must be a whole number of at least 0; got n_steps=-1; use n_steps=1": (
        lambda: made("SpectralNorm", n_steps=-1)
    ),
    "kernels must be matrices where error_on_non_matrix=True; got ('kernel',) of shape (3, 8, 8); use": (
        lambda: nn.SpectralNorm(
            nnx.Conv(8, 8, (3,), rngs=nnx.Rngs(0)), error_on_non_matrix=True, rngs=nnx.Rngs(0)
        )
    ),
    "axis_index_groups divides a mapped axis; got axis_index_groups=((0, 1),) and axis_name=None; use": (
        lambda: made("LayerNorm", axis_index_groups=[[0, 1]])(X)
    ),
    "axis_index_groups must hold each of 0 to 3 once, the indices of axis 'i'; got ((0, 1), (1, 2)); use": (
        lambda: jax.vmap(made("LayerNorm", axis_name="i", axis_index_groups=[[0, 1], [1, 2]]), axis_name="i")(
            X
        )
    ),
}


@pytest.mark.parametrize("message", BAD)
def test_what_is_refused(message):
    with pytest.raises(ValueError, match=re.escape(message)) as refusal:
        BAD[message]()
    assert str(refusal.value).partition(":")[0] in (*EVERY, "moments")


def test_gradients_of_single_examples_are_refused():
    norm = made("BatchNorm")
    with pytest.raises(ValueError, match="for gradients of single examples, bnact.normalizations.lifecycle"):
        jax.vmap(jax.grad(lambda x: jnp.sum(norm(x[None]))))(X[0])
