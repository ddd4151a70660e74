"""What a run's log says of the layers' representations is what the probes say of what the layers put out."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from bnact import activations, nn, probes
from bnact.fused import index_of, table_of
from bnact.training.architectures import Size, architecture_of
from bnact.training.examples import Examples, Labelled
from bnact.training.objective import OBJECTIVES
from bnact.training.observation import observation_at
from bnact.training.representation import REPRESENTED_EXAMPLES

TABLE = table_of(("tanh",))
RNG = np.random.default_rng(0)
INPUTS = jnp.asarray(RNG.normal(size=(REPRESENTED_EXAMPLES + 20, 6)), jnp.float32)
LABELS = jnp.asarray(RNG.integers(0, 3, len(INPUTS)), jnp.int32)
EXAMPLES = Labelled(INPUTS, LABELS)


@pytest.fixture(scope="module")
def parts():
    return network_of(outputs=3)


def network_of(outputs):
    index = index_of("tanh", "batch", "before", TABLE)
    design = nn.Design(lambda units: nn.SwitchNormAct(units, index, TABLE), nn.normal_with_gain(1.0))
    size = Size(6, None, outputs, width=8, depth=3)
    return nn.fresh(lambda rngs: architecture_of("mlp").network(size, design, rngs), jax.random.key(0))


def represented(parts, examples, observed=REPRESENTED_EXAMPLES, is_first=True, is_last=False):
    """What a point of a run leaves behind."""
    all_alike = Examples(examples, examples, examples)
    objective = OBJECTIVES[
        "classification" if jnp.issubdtype(examples.labels.dtype, jnp.integer) else "regression"
    ]
    looked = jax.jit(lambda first, last: observation_at(first, last, parts, all_alike, observed, objective))
    return looked(is_first, is_last)[1]


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


def probed(output, labels):
    """The three numbers, from the probes themselves."""
    return (
        probes.participation_ratio(output),
        probes.intrinsic_dimension(output),
        probes.neighbour_accuracy(output, labels),
    )


@pytest.mark.parametrize("ends", [(True, False), (False, True)], ids=["first", "last"])
def test_it_is_what_the_probes_say_of_the_first_examples(parts, ends):
    found = represented(parts, EXAMPLES, REPRESENTED_EXAMPLES, *ends)
    labels = LABELS[:REPRESENTED_EXAMPLES]
    for layer, output in enumerate(outputs(parts, INPUTS[:REPRESENTED_EXAMPLES])):
        np.testing.assert_allclose([each[layer] for each in found], probed(output, labels), rtol=1e-3)


def test_where_all_are_observed_the_statistics_are_those_of_all(parts):
    found = represented(parts, EXAMPLES, observed=len(INPUTS))
    output = outputs(parts, INPUTS)[-1][:REPRESENTED_EXAMPLES]
    expected = probed(output, LABELS[:REPRESENTED_EXAMPLES])
    np.testing.assert_allclose([each[-1] for each in found], expected, rtol=1e-3)


@pytest.mark.slow
def test_it_sees_other_inputs(parts):
    found = represented(parts, EXAMPLES)
    other = represented(parts, EXAMPLES._replace(inputs=INPUTS.at[:, 2:].set(0.0)))
    assert np.all(np.asarray(other.participation_ratio) < np.asarray(found.participation_ratio))
    assert other.intrinsic_dimension[0] < found.intrinsic_dimension[0]


@pytest.mark.slow
def test_a_regression_has_nothing_to_separate():
    found = represented(network_of(outputs=1), EXAMPLES._replace(labels=LABELS.astype(jnp.float32)))
    assert np.all(np.isnan(found.separability))
    assert np.all(np.isfinite(found.participation_ratio))


def test_between_the_ends_there_is_nothing(parts):
    found = represented(parts, EXAMPLES, is_first=False)
    np.testing.assert_array_equal(jax.tree.leaves(found), np.zeros((3, 3)))


def test_two_examples_have_no_dimension(parts):
    found = represented(parts, EXAMPLES, observed=2)
    assert np.all(np.isnan(jax.tree.leaves(found)))
