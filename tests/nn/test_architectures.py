"""Every architecture takes every pair: shapes, types, gradients, scans, errors."""

import itertools
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from bnact import nn, theory
from bnact.nn.body import plain_visit, through_chain
from bnact.normalizations import NORMALIZATIONS

IMAGES, TOKENS, VECTORS = (4, 6, 6, 2), (4, 5, 3), (4, 3)
INPUTS = {
    "ConvNet": IMAGES,
    "ResNet identity": IMAGES,
    "ResNet post": IMAGES,
    "ResidualMLP identity": VECTORS,
    "ResidualMLP post": VECTORS,
    "Transformer before": TOKENS,
    "Transformer after": TOKENS,
}


def some(*chosen):
    """Every architecture, those not chosen among the slow tests: most of a test's time is compilation."""
    return [name if name in chosen else pytest.param(name, marks=pytest.mark.slow) for name in INPUTS]


def inputs(name, dtype=jnp.float32):
    return jnp.asarray(np.random.default_rng(0).normal(size=INPUTS[name]), dtype)


def made(name, width=8, depth=4, **choices):
    kind, _, block = name.partition(" ")
    features = INPUTS[name][-1]
    rngs = nnx.Rngs(0)
    if kind == "ConvNet":
        return nn.ConvNet(features, 3, widths=(width, 2 * width), depth=depth, rngs=rngs, **choices)
    if kind == "ResNet":
        widths = (width, 2 * width)
        return nn.ResNet(features, 3, widths=widths, depth=depth, block=block, rngs=rngs, **choices)
    if kind == "ResidualMLP":
        return nn.ResidualMLP(features, 3, width=width, depth=depth, block=block, rngs=rngs, **choices)
    return nn.Transformer(features, 3, width=width, depth=depth, placement=block, rngs=rngs, **choices)


def outcome(name, x, **choices):
    """The output and the gradients, in one program."""
    parts = nn.pure(made(name, **choices))

    def loss(params):
        y, after = nn.result_and_parts(parts._replace(params=params), lambda network: network(x))
        return jnp.sum(jnp.sin(y.astype(jnp.float32))), (y, after.state)

    return jax.grad(loss, has_aux=True), parts.params


# Group norm and its kin divide 32 channels into 32 groups, unless told otherwise.
PAIRS = list(itertools.product(INPUTS, NORMALIZATIONS, ["before", "after"], ["relu", "gelu"]))


@pytest.mark.parametrize("name, norm, order, activation", PAIRS[:: len(PAIRS) // 60])
def test_every_pair_has_finite_gradients(name, norm, order, activation):
    x = inputs(name)
    gradient, params = outcome(name, x, width=32, depth=2, norm=norm, order=order, activation=activation)
    gradients, (y, _) = jax.jit(gradient)(params)
    assert y.shape == (4, 3)
    assert all(np.all(np.isfinite(leaf)) for leaf in jax.tree.leaves(gradients))
    assert np.max(np.abs(jax.tree.leaves(gradients["body"]["readout"])[0])) > 0


@pytest.mark.parametrize("name", some("ConvNet", "ResNet identity", "ResidualMLP post", "Transformer after"))
def test_the_scan_equals_a_loop_over_the_blocks(name):
    network = made(name, norm="layer", activation="tanh", order="after")
    x = inputs(name)
    loop = []
    for link in network.body.links:
        if not isinstance(link, nn.Repeated):
            loop.append(link)
            continue
        graph, *variables = nn.pure(link.stack.blocks)
        for i in range(link.depth):
            loop.append(nnx.merge(graph, *jax.tree.map(lambda leaf, i=i: leaf[i], variables)))
    assert sum(link.sites for link in loop) == network.body.sites
    h, _ = through_chain(loop, plain_visit, x, None)
    h = h.mean(tuple(range(1, h.ndim - 1)))
    np.testing.assert_allclose(network(x), network.body.readout(h), rtol=1e-4, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("name", some("ResNet post", "Transformer after"))
def test_the_program_does_not_grow_with_the_depth(name):
    def program(depth):
        gradient, params = outcome(name, inputs(name), depth=depth)
        return re.sub(r"\d+", "", jax.jit(gradient).lower(params).as_text())

    assert len(program(48)) < 1.02 * len(program(8))


@pytest.mark.parametrize("name", some("ConvNet", "ResNet post", "Transformer before"))
@pytest.mark.parametrize(
    "given, dtype, returned",
    [("bfloat16", None, "bfloat16"), ("int32", None, "float32"), ("float32", "float16", "float16")],
)
def test_the_output_has_the_type_asked_for_or_else_the_inputs(name, given, dtype, returned):
    gradient, params = outcome(name, inputs(name).astype(given), dtype=dtype)
    gradients, (y, state) = jax.eval_shape(gradient, params)
    assert y.dtype == returned
    assert {leaf.dtype for leaf in jax.tree.leaves(gradients)} == {jnp.dtype("float32")}
    assert {leaf.dtype for leaf in jax.tree.leaves(state)} <= {jnp.dtype("float32"), jnp.dtype("int32")}


@pytest.mark.parametrize("name", some("ConvNet", "ResidualMLP post", "Transformer before"))
def test_evaluation_treats_every_example_alone(name):
    network, x = made(name, depth=2), inputs(name)
    call = nnx.jit(lambda network, x: network(x))
    call(network, x)
    network.eval()
    before = nn.pure(network).state
    np.testing.assert_allclose(call(network, x[:1]), call(network, x)[:1], rtol=1e-4, atol=1e-5)
    jax.tree.map(np.testing.assert_array_equal, nn.pure(network).state, before)
    network.train()
    assert np.any(np.abs(call(network, x[:2]) - call(network, x)[:2]) > 1e-3)


@pytest.mark.parametrize("name", some("ConvNet", "ResidualMLP post", "Transformer before"))
def test_maps_that_an_activation_feeds_have_its_gain(name):
    network = made(name, width=32, depth=2, activation="gelu")
    block = (
        next(link for link in network.body.links if isinstance(link, nn.Repeated)).stack.blocks
        if name != "ConvNet"
        else network.body.links[-1]
    )
    kernel = np.asarray((block.linear if name == "ConvNet" else block.second).kernel[...])
    fan_in = np.prod(kernel.shape[-4:-1] if "Net" in name else kernel.shape[-2:-1])
    assert kernel.std() * fan_in**0.5 == pytest.approx(theory.gain("gelu", "second_moment"), rel=0.05)


STAGES = {"ConvNet": " for every stage", "ResidualMLP identity": "block", "Transformer before": "block"}


@pytest.mark.parametrize("name", some(*STAGES))
def test_errors(name):
    network, x = made(name, depth=2), inputs(name)
    with pytest.raises(
        ValueError, match=r"x must be of shape \(\.\.\., .*\), in_features=\d last; got shape"
    ):
        network(x[..., :1])
    with pytest.raises(ValueError, match=rf"depth must be at least 1 [a-z ]*{STAGES[name]}; got depth=0"):
        made(name, depth=0)
    with pytest.raises(ValueError, match="dtype must be real floating; got int32; use dtype=jnp.float32"):
        made(name, dtype=jnp.int32)
    with pytest.raises(ValueError, match="order must be 'before' or 'after'"):
        made(name, order="first")
    with pytest.raises(ValueError, match="nearest: relu"):
        made(name, activation="rellu")
