"""One gradient brings what every pair was given and what came back, and changes nothing."""

import functools
import importlib

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from bnact import nn, probes
from bnact.activations import get, largest_slope
from bnact.probes import activation_sink

RNG = np.random.default_rng(0)
X = jnp.asarray(RNG.normal(size=(32, 6)), jnp.float32)
IMAGES = jnp.asarray(RNG.normal(size=(4, 8, 8, 3)), jnp.float32)


TOKENS = jnp.asarray(RNG.normal(size=(4, 5, 3)), jnp.float32)


def close(one, other, bound=1e-4):
    one, other = (np.asarray(each, np.float64) for each in (one, other))
    np.testing.assert_allclose(
        one, other, rtol=bound, atol=bound * max(1e-2, np.max(np.abs(other), initial=0))
    )


def mlp(**settings):
    return nn.MLP(6, 3, width=8, depth=3, rngs=nnx.Rngs(0), **settings)


def loss(network, x, sinks):
    return jnp.mean(jnp.square(nn.probed(network, x, sinks)))


def plain_loss(network, x):
    return jnp.mean(jnp.square(network(x)))


def res_net(block):
    return nn.ResNet(3, 2, widths=(4, 6), depth=2, block=block, activation="silu", rngs=nnx.Rngs(0))


def transformer(placement):
    return nn.Transformer(
        3, 2, width=8, depth=2, heads=2, placement=placement, activation="gelu", rngs=nnx.Rngs(0)
    )


def evaluating():
    network = mlp(activation="tanh")
    network(X)
    network.eval()
    return network


# Made by the test that wants it: each has weights of shapes of its own, whose drawing is compiled.
NETWORKS = {
    "mlp": (mlp, X),
    "after": (lambda: mlp(order="after", activation="tanh", norm="layer"), X),
    "conv": (lambda: nn.ConvNet(3, 2, widths=(4, 6), depth=4, rngs=nnx.Rngs(0)), IMAGES),
    "residual": (lambda: nn.ResidualMLP(6, 3, width=8, depth=2, rngs=nnx.Rngs(0)), X),
    "resnet identity": (lambda: res_net("identity"), IMAGES),
    "resnet post": (lambda: res_net("post"), IMAGES),
    "transformer before": (lambda: transformer("before"), TOKENS),
    "transformer after": (lambda: transformer("after"), TOKENS),
    "evaluation": (evaluating, X),
    "half precision": (lambda: mlp(dtype=jnp.bfloat16), X),
    "half precision parameters": (lambda: mlp(norm="layer", param_dtype=jnp.bfloat16), X),
}


def the_numbers_are_those_of_the_network(network, x, bound=1e-4):
    close_enough = functools.partial(close, bound=bound)
    other = nnx.clone(network)
    sinks = nn.unit_sinks(network, x)
    value, (gradient, sums) = nnx.jit(nnx.value_and_grad(loss, argnums=(0, 2)))(network, x, sinks)
    expected, plain = nnx.jit(nnx.value_and_grad(plain_loss))(other, x)
    close_enough(value, expected)
    jax.tree.map(close_enough, gradient, plain)
    jax.tree.map(close_enough, nnx.state(network), nnx.state(other))
    assert sums.examples.shape[0] == network.body.sites
    assert all(np.isfinite(np.asarray(field)).all() for field in probes.activity(sums))


@pytest.mark.parametrize("name", NETWORKS)
def test_values_gradients_and_running_averages_are_those_of_the_network(name):
    make, x = NETWORKS[name]
    the_numbers_are_those_of_the_network(make(), x, 3e-2 if "half" in name else 1e-4)


def test_a_sink_that_touched_the_gradient_would_be_caught(monkeypatch):
    probed = importlib.import_module("bnact.nn.probed")  # the package has the function under this name
    right = probed.with_activation_sink
    monkeypatch.setattr(probed, "with_activation_sink", lambda x, *rest: right(1.01 * x - 0.01, *rest))
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        the_numbers_are_those_of_the_network(mlp(norm="none", activation="tanh"), X)


@pytest.mark.parametrize("order", ["before", "after"])
def test_the_numbers_are_those_of_a_network_written_out(order):
    the_numbers_are_those_of_one_written_out(order)


def test_a_sum_without_the_first_example_would_be_caught(monkeypatch):
    right = activation_sink._of_units
    monkeypatch.setattr(activation_sink, "_of_units", lambda values, room: right(values[1:], room))
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        the_numbers_are_those_of_one_written_out("before")


def the_numbers_are_those_of_one_written_out(order):
    network = mlp(order=order, activation="softplus")
    sums = nnx.grad(loss, argnums=2)(nnx.clone(network), X, nn.unit_sinks(network, X))
    seen, activation = probes.activity(sums), get("softplus")

    first, hidden = network.first, network.hidden
    assert first is not None
    assert hidden is not None
    kernels = [first.linear.kernel[...], *hidden.blocks.linear.kernel[...]]

    def standardized(x):
        return (x - x.mean(0, keepdims=True)) / jnp.sqrt(x.var(0, keepdims=True) + 1e-5)

    def outputs(added):
        h, given = X, []
        for kernel, extra in zip(kernels, added, strict=True):
            made = h @ kernel + extra
            given.append(standardized(made) if order == "before" else made)
            h = activation(given[-1])
            h = h if order == "before" else standardized(h)
        return jnp.mean(jnp.square(h @ network.readout.kernel[...])), given

    gradients, given = jax.grad(outputs, has_aux=True)(jnp.zeros((3, 32, 8)))
    np.testing.assert_allclose(seen.gradient, jnp.sqrt(jnp.mean(gradients**2, (1, 2))), rtol=1e-3)
    for layer, z in enumerate(given):
        np.testing.assert_allclose(seen.mean[layer], jnp.mean(z), atol=1e-5)
        np.testing.assert_allclose(seen.variance[layer], jnp.var(z), rtol=1e-4)
        share = probes.saturated(activation.derivative(z), largest_slope(activation))
        np.testing.assert_allclose(seen.saturated[layer], share, atol=1e-6)


def test_dead_units_are_found():
    network = mlp()
    assert network.first is not None
    network.first.norm_act.bias[...] = jnp.where(jnp.arange(8) < 2, -100.0, 0.0)
    seen = probes.activity(nnx.grad(loss, argnums=2)(network, X, nn.unit_sinks(network, X)))
    assert seen.dead[0] == 0.25


@pytest.mark.slow
def test_sinks_have_room_for_the_widest_pair_and_leave_the_network_alone():
    network = nn.ConvNet(3, 2, widths=(4, 6), depth=4, rngs=nnx.Rngs(0))
    before = jax.tree.map(np.asarray, nnx.state(network))
    assert nn.unit_sinks(network, IMAGES).examples.shape == (4, 6)
    jax.tree.map(np.testing.assert_array_equal, nnx.state(network), before)


def test_no_layer_keeps_a_tensor_for_it():
    x = jnp.ones((512, 64))

    def held(depth, call, *args):
        network = nn.MLP(64, 3, width=64, depth=depth, rngs=nnx.Rngs(0))
        parts = nn.pure(network)

        def value(params, *args):
            return nn.result_and_parts(parts._replace(params=params), lambda module: call(module, x, *args))[
                0
            ]

        argnums = tuple(range(1 + len(args)))
        program = jax.jit(jax.grad(value, argnums)).lower(parts.params, *args).compile()
        analysis = program.memory_analysis()
        assert analysis is not None
        return analysis.temp_size_in_bytes

    plain = held(12, plain_loss) - held(4, plain_loss)
    with_probes = held(12, loss, probes.no_sums(12, 64)) - held(4, loss, probes.no_sums(4, 64))
    assert with_probes - plain < 8 * 0.25 * x.nbytes


def test_an_activation_that_learns_is_refused():
    network = mlp(activation="prelu")
    with pytest.raises(
        TypeError, match="must be a NormAct whose activation does not learn; got LearnableActivation"
    ):
        nn.probed(network, X, nn.unit_sinks(network, X))


@pytest.mark.parametrize(
    "ask", [nn.unit_sinks, lambda network, x: nn.probed(network, x, probes.no_sums(1, 6))]
)
def test_a_network_without_pairs_is_refused(ask):
    with pytest.raises(TypeError, match="must be one of bnact.nn, such as MLP or ResNet; got Linear; use"):
        ask(nnx.Linear(6, 3, rngs=nnx.Rngs(0)), X)


def test_sinks_of_another_network_are_refused():
    x = jnp.ones((4, 3))
    network, deeper = (nn.MLP(3, 2, width=4, depth=depth, rngs=nnx.Rngs(0)) for depth in (2, 3))
    with pytest.raises(ValueError, match=r"for 2 pairs; got shape \(3, 4\); use unit_sinks\(network, x\)"):
        nn.probed(network, x, nn.unit_sinks(deeper, x))
    with pytest.raises(TypeError, match="probed: the sinks must be UnitSums; got NoneType; use unit_sinks"):
        nn.probed(network, x, None)  # pyright: ignore[reportArgumentType]
