"""What a run's log says of the layers' representations is what the probes say of what the layers put out."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from bnact import activations, nn, probes
from bnact.fused import index_of, table_of
from bnact.training.architectures import Size, architecture_of
from bnact.training.examples import Labelled
from bnact.training.representation import REPRESENTED_EXAMPLES, representation, representation_at

TABLE = table_of(("tanh",))
RNG = np.random.default_rng(0)
INPUTS = jnp.asarray(RNG.normal(size=(REPRESENTED_EXAMPLES + 20, 6)), jnp.float32)
LABELS = jnp.asarray(RNG.integers(0, 3, len(INPUTS)), jnp.int32)
EXAMPLES = Labelled(INPUTS, LABELS)


@pytest.fixture(scope="module")
def parts():
    index = index_of("tanh", "batch", "before", TABLE)
    design = nn.Design(lambda units: nn.SwitchNormAct(units, index, TABLE), nn.normal_with_gain(1.0))
    size = Size(6, None, 3, width=8, depth=3)
    return nn.fresh(lambda rngs: architecture_of("mlp").network(size, design, rngs), jax.random.key(0))


def outputs(parts, inputs):
    """What every layer puts out, written out."""
    network = nnx.merge(*parts)
    first, stacked = network.blocks()
    kernels = [first.linear.kernel[...], *stacked.linear.kernel[...]]
    found, x = [], inputs
    for kernel in kernels:
        u = x @ kernel
        x = activations.get("tanh")((u - u.mean(0, keepdims=True)) / jnp.sqrt(u.var(0, keepdims=True) + 1e-5))
        found.append(x)
    return found


def test_it_is_what_the_probes_say_of_the_first_examples(parts):
    found = jax.jit(representation)(parts, EXAMPLES)
    labels = LABELS[:REPRESENTED_EXAMPLES]
    for layer, output in enumerate(outputs(parts, INPUTS[:REPRESENTED_EXAMPLES])):
        expected = (
            probes.participation_ratio(output),
            probes.intrinsic_dimension(output),
            probes.neighbour_accuracy(output, labels),
        )
        np.testing.assert_allclose([each[layer] for each in found], expected, rtol=1e-3)


def test_it_sees_other_inputs(parts):
    found = jax.jit(representation)(parts, EXAMPLES)
    flat = EXAMPLES._replace(inputs=INPUTS.at[:, 2:].set(0.0))
    other = jax.jit(representation)(parts, flat)
    assert np.all(np.asarray(other.participation_ratio) < np.asarray(found.participation_ratio))
    assert other.intrinsic_dimension[0] < found.intrinsic_dimension[0]


def test_a_regression_has_nothing_to_separate(parts):
    targets = EXAMPLES._replace(labels=LABELS.astype(jnp.float32))
    found = jax.jit(representation)(parts, targets)
    assert np.all(np.isnan(found.separability))
    assert np.all(np.isfinite(found.participation_ratio))


def test_between_the_ends_there_is_nothing(parts):
    looked = jax.jit(lambda end: representation_at(end, parts, EXAMPLES, 3))
    np.testing.assert_array_equal(jax.tree.leaves(looked(False)), np.zeros((3, 3)))
    np.testing.assert_allclose(
        jax.tree.leaves(looked(True)), jax.tree.leaves(jax.jit(representation)(parts, EXAMPLES)), rtol=1e-6
    )
