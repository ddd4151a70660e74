"""A look at a network sees what is there, on the examples that count."""

import importlib

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from bnact import nn
from bnact.fused import index_of, table_of
from bnact.training.architectures import Size, architecture_of
from bnact.training.examples import Examples, Labelled
from bnact.training.objective import OBJECTIVES
from bnact.training.observation import observation, observation_at

module = importlib.import_module("bnact.training.observation")
RNG = np.random.default_rng(0)
CLASSES = OBJECTIVES["classification"]
TABLE = table_of(("relu", "leaky_relu", "tanh"))


def labelled(count):
    inputs = jnp.asarray(RNG.normal(size=(count, 3)), jnp.float32)
    return Labelled(inputs, jnp.asarray(RNG.integers(0, 2, count), jnp.int32))


EXAMPLES = Examples(labelled(12), labelled(5), labelled(4))


def parts(activation="relu", norm="batch", order="before"):
    index = index_of(activation, norm, order, TABLE)
    design = nn.Design(lambda units: nn.SwitchNormAct(units, index, TABLE), nn.normal_with_gain(1.0))
    size = Size(3, None, 2, width=4, depth=2)
    return nn.fresh(lambda rngs: architecture_of("mlp").network(size, design, rngs), jax.random.key(0))


@jax.jit
def observed(params, state, examples):
    return observation(nn.Pure(GRAPH, params, state), examples, CLASSES)


GRAPH = parts().graph


def look(parts, examples=EXAMPLES):
    return observed(parts.params, parts.state, examples)


def test_known_dead_units():
    def kill(network):
        first, stacked = network.blocks()
        first.linear.bias[...] = jnp.asarray([-100.0, 0.0, 0.0, 0.0])
        stacked.linear.bias[...] = jnp.asarray([[-100.0, -100.0, -100.0, 100.0]])

    injured = nn.result_and_parts(parts(norm="none"), kill)[1]
    np.testing.assert_array_equal(look(injured).dead, [0.25, 0.75])
    # Of the pairs of the second layer those of the dead are saturated, and no other.
    np.testing.assert_array_equal(look(injured).saturated[1], 0.75)
    np.testing.assert_array_equal(look(nn.result_and_parts(parts("leaky_relu", "none"), kill)[1]).dead, 0)
    # Batch norm takes the bias away.
    np.testing.assert_array_equal(look(nn.result_and_parts(parts(), kill)[1]).dead, look(parts()).dead)


def test_the_other_sets_are_seen_with_the_training_sets_statistics():
    here = parts()
    seen = look(here)
    other = EXAMPLES._replace(
        validation=Labelled(10 * EXAMPLES.validation.inputs, EXAMPLES.validation.labels)
    )
    moved = look(here, other)
    assert moved.validation_loss != seen.validation_loss
    for field in ("train_loss", "train_accuracy", "test_accuracy", "dead", "saturated", "histogram"):
        np.testing.assert_array_equal(getattr(moved, field), getattr(seen, field))
    for name in ("train", "validation"):
        logits = plain_logits(here, getattr(EXAMPLES, name).inputs)
        labels = np.asarray(getattr(EXAMPLES, name).labels)
        loss = np.mean(np.log(np.exp(logits).sum(-1)) - logits[np.arange(len(labels)), labels])
        np.testing.assert_allclose(getattr(seen, f"{name}_loss"), loss, rtol=1e-4)
        accuracy = np.mean(logits.argmax(-1) == labels)
        np.testing.assert_allclose(getattr(seen, f"{name}_accuracy"), accuracy, rtol=1e-6)


def plain_logits(here, inputs):
    """relu behind batch norm in numpy, with the training set's statistics at every layer."""
    first, stacked = nnx.merge(*here).blocks()
    kernels = [first.linear.kernel[...], *stacked.linear.kernel[...]]
    train, h = np.asarray(EXAMPLES.train.inputs, np.float64), np.asarray(inputs, np.float64)
    for kernel in kernels:
        train, h = train @ np.asarray(kernel), h @ np.asarray(kernel)
        mean, deviation = train.mean(0), np.sqrt(train.var(0) + 1e-5)
        train, h = np.maximum((train - mean) / deviation, 0), np.maximum((h - mean) / deviation, 0)
    return h @ np.asarray(here.params["body"]["readout"]["kernel"][...])


def test_no_more_examples_are_observed_than_allowed(monkeypatch):
    monkeypatch.setattr(module, "OBSERVED_EXAMPLES", 8)
    monkeypatch.setattr(module, "HISTOGRAM_EXAMPLES", 6)
    here, train = parts(), EXAMPLES.train
    wild = EXAMPLES._replace(train=train._replace(inputs=train.inputs.at[8:].multiply(50.0)))
    fresh = jax.jit(lambda examples: observation(here, examples, CLASSES))
    seen = fresh(EXAMPLES)
    jax.tree.map(np.testing.assert_array_equal, fresh(wild), seen)
    assert seen.histogram.sum() == 2 * 4 * 6


def test_few_are_looked_at_on_the_way_and_all_at_the_end():
    here = parts()
    at = jax.jit(lambda is_last: observation_at(jnp.array(False), is_last, here, EXAMPLES, 4, CLASSES)[0])
    few = Examples(*(Labelled(split.inputs[:4], split.labels[:4]) for split in EXAMPLES))
    not_looked_at = {"histogram": np.zeros(64, np.int32), "test_accuracy": np.float32(np.nan)}
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5), at(True), look(here))
    expected = look(here, few)._replace(**not_looked_at)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5), at(False), expected)
    assert at(True).train_loss != at(False).train_loss
    always = jax.jit(
        lambda is_last: observation_at(jnp.array(False), is_last, here, EXAMPLES, 12, CLASSES)[0]
    )
    same = always(False)._replace(histogram=always(True).histogram)
    jax.tree.map(np.testing.assert_array_equal, same, always(True))


def test_what_activations_are_given_is_counted_at_the_first_and_the_last_point():
    here = parts()
    for observed in (4, 12):

        def looked(first, last, few=observed):
            return observation_at(first, last, here, EXAMPLES, few, CLASSES)[0]

        at = jax.jit(looked)
        counts = [int(at(*ends).histogram.sum()) for ends in ((True, False), (False, False), (False, True))]
        assert counts == [2 * 4 * observed, 0, 2 * 4 * 12]


def test_the_histogram_counts_every_unit_of_every_layer():
    assert look(parts()).histogram.sum() == 2 * 4 * 12


@pytest.mark.parametrize("count", [5, 100])
def test_the_first(count):
    taken = module.first(EXAMPLES.train, count)
    assert len(taken.inputs) == len(taken.labels) == min(count, 12)
    np.testing.assert_array_equal(taken.inputs, EXAMPLES.train.inputs[:count])


@pytest.mark.slow
def test_in_blocks_all_is_seen_as_in_one_pass(monkeypatch):
    monkeypatch.setattr(module, "HELD_EXAMPLES", 2)  # of nine: the last block is filled up

    @jax.jit
    def in_blocks(params, state, examples):
        return observation(nn.Pure(GRAPH, params, state), examples, CLASSES)

    for norm in ("batch", "layer"):
        here = parts(norm=norm)
        seen = in_blocks(here.params, here.state, EXAMPLES)
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6), seen, look(here))
