"""Many steps in one dispatch are the steps of a loop, with all that a module remembers."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx

from bnact import nn

RNG = np.random.default_rng(0)
STEPS = 5
BATCHES = (
    jnp.asarray(RNG.normal(size=(STEPS, 16, 6)), jnp.float32),
    jnp.asarray(RNG.integers(0, 3, size=(STEPS, 16)), jnp.int32),
)


class Network(nnx.Module):
    """A user's own: flax's modules, running averages, and a stream of random numbers."""

    def __init__(self, rngs):
        self.first = nnx.Linear(6, 8, rngs=rngs)
        self.norm = nnx.BatchNorm(8, rngs=rngs)
        self.dropout = nnx.Dropout(0.25, rngs=rngs)
        self.last = nnx.Linear(8, 3, rngs=rngs)

    def __call__(self, x):
        return self.last(self.dropout(jnp.tanh(self.norm(self.first(x)))))


class Averaging(Network):
    """The same, with a variable that a loss may set."""

    def __init__(self, begun):
        super().__init__(nnx.Rngs(0))
        self.ema = nnx.Variable(begun)


def users_own():
    return Network(nnx.Rngs(0))


def ours():
    return nn.MLP(6, 3, width=8, depth=3, rngs=nnx.Rngs(0))


def loss(module, batch):
    inputs, labels = batch
    return optax.losses.softmax_cross_entropy_with_integer_labels(module(inputs), labels).mean()


def looped(module, transformation):
    optimizer = nnx.Optimizer(module, transformation, wrt=nnx.Param)

    @nnx.jit
    def step(module, optimizer, batch):
        value, gradient = nnx.value_and_grad(loss)(module, batch)
        optimizer.update(module, gradient)
        return value

    return jnp.stack([step(module, optimizer, batch) for batch in zip(*BATCHES, strict=True)])


def assert_equal(one, other):
    for a, b in zip(jax.tree.leaves(nnx.state(one)), jax.tree.leaves(nnx.state(other)), strict=True):
        if jnp.issubdtype(a.dtype, jax.dtypes.prng_key):
            a, b = jax.random.key_data(a), jax.random.key_data(b)
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("make", [users_own, ours])
@pytest.mark.parametrize("at_once", [STEPS, 1])
def test_the_steps_are_those_of_a_loop(make, at_once):
    transformation = optax.sgd(0.1, momentum=0.9)
    module = make()
    expected = looped(module, transformation)
    fresh = make()
    steps = nn.compiled_steps(fresh, transformation, loss)
    progress, losses = steps.start(fresh), []
    for begin in range(0, STEPS, at_once):
        part = jax.tree.map(lambda a, i=begin: a[i : i + at_once], BATCHES)
        progress, values = steps.advance(progress, part)
        losses.append(values)
    np.testing.assert_allclose(jnp.concatenate(losses), expected, rtol=1e-4)
    assert_equal(steps.module(progress), module)
    # The module that gave the structure and the first values is as it was.
    assert_equal(fresh, make())


def test_a_module_made_of_progress_outlives_it():
    module = users_own()
    steps = nn.compiled_steps(module, optax.sgd(0.1), loss)
    progress, _ = steps.advance(steps.start(module), BATCHES)
    trained = steps.module(progress)
    before = jax.tree.map(np.asarray, nnx.state(trained, nnx.Param))
    steps.advance(progress, BATCHES)
    jax.tree.map(np.testing.assert_array_equal, nnx.state(trained, nnx.Param), before)


def test_what_is_given_is_used_up():
    module = ours()
    steps = nn.compiled_steps(module, optax.sgd(0.1), loss)
    progress = steps.start(module)
    steps.advance(progress, BATCHES)
    assert all(leaf.is_deleted() for leaf in progress)


def test_another_structure_is_refused():
    steps = nn.compiled_steps(ours(), optax.sgd(0.1), loss)
    with pytest.raises(TypeError, match="must have the structure that the steps were made for"):
        steps.start(users_own())


def test_what_is_no_optimizer_of_optax_is_refused():
    module = nnx.Linear(2, 2, rngs=nnx.Rngs(0))
    for wrong in (3, nnx.Optimizer(module, optax.sgd(0.1), wrt=nnx.Param)):
        with pytest.raises(TypeError, match="the optimizer must be one of optax's; got (int|Optimizer); use"):
            nn.compiled_steps(module, wrong, lambda module, batch: 0.0)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("batches", [(), (BATCHES[0], BATCHES[1][:2]), jnp.float32(1), BATCHES[0][:0]])
def test_bad_batches_are_refused(batches):
    module = ours()
    steps = nn.compiled_steps(module, optax.sgd(0.1), loss)
    with pytest.raises(ValueError, match="all batches must have a leading axis of one size"):
        steps.advance(steps.start(module), batches)


def test_a_loss_that_is_no_scalar_is_refused():
    module = ours()
    steps = nn.compiled_steps(module, optax.sgd(0.1), lambda module, batch: module(batch[0]))
    with pytest.raises(ValueError, match=r"the loss must be a scalar; got shape \(16, 3\)"):
        steps.advance(steps.start(module), BATCHES)


class Sowing(nnx.Module):
    """What it makes stays behind as a variable that was not there, as with `sow`."""

    def __init__(self):
        self.linear = nnx.Linear(6, 3, rngs=nnx.Rngs(0))

    def __call__(self, x):
        y = self.linear(x)
        self.made = nnx.Intermediate(y)
        return y


def test_a_loss_that_changes_the_structure_is_refused():
    module = Sowing()
    steps = nn.compiled_steps(module, optax.sgd(0.1), loss)
    message = "^compiled_steps: the loss must leave the module's structure .*; got other .*made.* nnx.pop"
    with pytest.raises(TypeError, match=message):
        steps.advance(steps.start(module), BATCHES)

    def cleared(module, batch):
        value = loss(module, batch)
        nnx.pop(module, nnx.Intermediate)
        return value

    steps = nn.compiled_steps(module, optax.sgd(0.1), cleared)
    assert steps.advance(steps.start(module), BATCHES)[1].shape == (STEPS,)


def test_a_loss_that_changes_a_setting_is_refused():
    def changing(module, batch):
        module.eval()
        return loss(module, batch)

    steps = nn.compiled_steps(users_own(), optax.sgd(0.1), changing)
    with pytest.raises(TypeError, match="got other settings of a module after it"):
        steps.advance(steps.start(users_own()), BATCHES)


@pytest.mark.parametrize("begun", [jnp.array(0.0), jnp.zeros(())], ids=["weak", "strong"])
def test_a_variable_may_begin_as_a_python_number(begun):
    """Whose weak type a step makes a strong one, or the other way round."""
    module = Averaging(begun)

    def remembering(module, batch):
        strong = jnp.mean(batch[0])
        module.ema[...] = strong if begun.weak_type else jnp.array(0.5)
        return loss(module, batch)

    steps = nn.compiled_steps(module, optax.sgd(0.1), remembering)
    progress, _ = steps.advance(steps.start(module), BATCHES)
    expected = jnp.mean(BATCHES[0][-1]) if begun.weak_type else 0.5
    np.testing.assert_allclose(steps.module(progress).ema[...], expected, rtol=1e-6)


@pytest.mark.slow
def test_an_optimizer_is_given_the_loss():
    plateau = optax.contrib.reduce_on_plateau(factor=0.5, patience=1, rtol=1.0, cooldown=0)
    transformation = optax.chain(optax.sgd(0.1), plateau)
    steps = nn.compiled_steps(ours(), transformation, loss)
    with jax.numpy_dtype_promotion("standard"):  # optax promotes here
        progress, _ = steps.advance(steps.start(ours()), BATCHES)
    plain = nn.compiled_steps(ours(), optax.sgd(0.1), loss)
    unhurried, _ = plain.advance(plain.start(ours()), BATCHES)
    one, other = (nnx.state(made, nnx.Param) for made in (steps.module(progress), plain.module(unhurried)))
    leaves = zip(jax.tree.leaves(one), jax.tree.leaves(other), strict=True)
    assert any(np.abs(a - b).max() > 1e-4 for a, b in leaves)
