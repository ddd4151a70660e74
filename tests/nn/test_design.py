"""A design makes the pairs and maps that its words say."""

import inspect

import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from bnact import nn
from bnact.nn.design import PairKind, named_design
from bnact.normalizations import group_norm

X = jnp.asarray(np.random.default_rng(0).normal(size=(5, 4)), jnp.float32)


@pytest.mark.parametrize("order", ["before", "after"])
def test_the_parts_of_a_pair_are_the_pair_where_nothing_is_added(order):
    design = named_design("net", PairKind("layer", "tanh", order))
    assert design.parted is not None
    parted = design.parted.joined(4)(design.parted.branch(4)(X))
    np.testing.assert_allclose(parted, design.pair(4)(X), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(design.pair(4)(X), nn.NormAct(4, "layer", "tanh", order)(X))


def test_maps_have_the_designs_types():
    design = named_design(
        "net", PairKind("layer", "tanh", "before", dtype=jnp.bfloat16, param_dtype=jnp.float16)
    )
    for make in (design.dense, design.convolution(1)):
        made = make(4, 3, design.kernel_init, nnx.Rngs(0))
        assert made.kernel[...].dtype == jnp.float16
        assert made(jnp.ones((2, 2, 4))).dtype == jnp.bfloat16


ARCHITECTURES = (nn.MLP, nn.ResidualMLP, nn.ConvNet, nn.ResNet, nn.Transformer)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_what_a_pair_is_unless_told_otherwise_is_said_by_norm_act_alone(architecture):
    own, pairs = (inspect.signature(each.__init__).parameters for each in (architecture, nn.NormAct))
    assert {name: own[name].default for name in PairKind._fields} == {
        name: pairs[name].default for name in PairKind._fields
    }


@pytest.mark.parametrize("name", PairKind._fields)
def test_a_kind_of_pair_makes_what_norm_act_makes(name):
    other = {"norm": "rms", "activation": "gelu", "order": "after", "epsilon": 0.1, "momentum": 0.5}
    other["axis_name"] = "batch"
    value = other.get(name, jnp.float16)
    kind = PairKind("batch", "tanh", "before")._replace(**{name: value})
    made = nn.NormAct(4, **{"norm": "batch", "activation": "tanh", name: value})
    assert nn.pure(kind(4)).graph == nn.pure(made).graph
    assert nn.pure(kind(4)).graph != nn.pure(PairKind("batch", "tanh", "before")(4)).graph or "dtype" in name


@pytest.mark.parametrize("order", ["before", "after"])
def test_a_norm_with_settings_of_its_own_is_taken_and_keeps_them(order):
    norm = group_norm(groups=2, epsilon=0.1)
    network = nn.ResidualMLP(4, 3, width=4, depth=1, block="post", norm=norm, order=order, rngs=nnx.Rngs(0))
    assert network.body.links[0].norm_act.normalization is norm
    assert network(X).shape == (5, 3)
    with pytest.raises(ValueError, match="left out beside a Normalization"):
        nn.MLP(4, 3, width=4, depth=1, norm=norm, epsilon=0.1, rngs=nnx.Rngs(0))
