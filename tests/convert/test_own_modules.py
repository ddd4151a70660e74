"""bnact's modules with flax's names come as flax's do; those that hold functions say what to do."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from bnact import convert, nn
from bnact.nn import linen
from tests.convert.flax_sides import linen_side, made_nnx, nnx_side
from tests.convert.sides import FEATURES, POSITIONS, assert_same, batches, hold_from

NORMS = {
    "BatchNorm": ("batch", {"momentum": 0.8}),
    "LayerNorm": ("layer", {"epsilon": 1e-3}),
    "RMSNorm": ("rms", {"epsilon": 1e-3}),
    "GroupNorm": ("group", {"num_groups": 3}),
    "InstanceNorm": ("instance", {"epsilon": 1e-3}),
}


def made(norm):
    return getattr(nn, norm)(FEATURES, **NORMS[norm][1], rngs=nnx.Rngs(0))


@pytest.mark.parametrize("norm", NORMS)
def test_what_comes_from_a_drop_in_of_nnx_is_what_comes_from_nnx(norm):
    layer = convert.from_nnx_module(made(norm))
    kind, settings = NORMS[norm]
    theirs = made_nnx(kind, **settings)
    ours = made(norm)
    nnx.update(ours, theirs.arrays())
    assert layer.kind == kind
    assert_same(convert.from_nnx_module(ours), theirs.layer())


def test_what_comes_from_a_drop_in_of_nnx_evaluates_and_trains_as_it():
    hold_from(nnx_side(made("BatchNorm")))


@pytest.mark.parametrize("norm", ["BatchNorm", "GroupNorm"])
def test_what_comes_from_a_drop_in_of_linen_evaluates_and_trains_as_it(norm):
    kind, settings = NORMS[norm]
    module = getattr(linen, norm)(**settings)
    train = {"use_running_average": False} if kind == "batch" else {}
    variables = module.init(jax.random.key(0), jnp.zeros((2, *POSITIONS, FEATURES)), **train)
    hold_from(linen_side(module, variables, kind))


def test_the_drop_ins_inside_a_module_are_found():
    network = nnx.List([nnx.Linear(3, FEATURES, rngs=nnx.Rngs(0)), made("BatchNorm"), made("LayerNorm")])
    layers = convert.layers_from_nnx_module(network)
    assert {path: layer.kind for path, layer in layers.items()} == {"1": "batch", "2": "layer"}


HOLDERS = {
    "Norm": lambda: convert.from_nnx_module(nn.Norm(3)),
    "NormAct": lambda: convert.from_nnx_module(nn.NormAct(3)),
    "Norm inside another": lambda: convert.layers_from_nnx_module(nnx.List([made("BatchNorm"), nn.Norm(3)])),
    "Norm of linen": lambda: convert.from_linen_module(linen.Norm(), {}),
}


@pytest.mark.parametrize("holder", HOLDERS)
def test_a_module_that_holds_functions_is_refused_with_the_way_out(holder):
    with pytest.raises(
        ValueError, match=rf"settings must be known.*got bnact\.nn\..*{holder.split()[0]};.*or Layer\("
    ):
        HOLDERS[holder]()


def test_that_way_out_is_one():
    module = nn.Norm(FEATURES)
    for x in batches():
        module(x)
    state = nnx.state(module)
    params = module.parameters(state["scale"][...], state["bias"][...])
    layer = convert.Layer("batch", {"epsilon": 1e-5}, params, module.state.get_value())
    module.eval()
    convert.assert_agreement(layer, module, batches(1)[0])


EMPTY = {
    "a module": lambda: convert.layers_from_nnx_module(nnx.Linear(2, 3, rngs=nnx.Rngs(0))),
    "a state": lambda: convert.layers_from_nnx({"dense": {"kernel": np.ones((2, 3), np.float32)}}),
    "nothing": lambda: convert.layers_from_torch({}),
}


@pytest.mark.parametrize("tree", EMPTY)
def test_a_tree_that_holds_no_norm_is_refused(tree):
    with pytest.raises(ValueError, match=r"layers_from_.*: there must be a norm to convert"):
        EMPTY[tree]()
