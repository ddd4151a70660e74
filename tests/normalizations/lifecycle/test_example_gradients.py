import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.normalizations import batch_norm
from bnact.normalizations.lifecycle import frozen_gradients, leave_one_out_gradients, summing_gradients

EXAMPLES = 6
NORM = batch_norm()
RNG = np.random.default_rng(0)
STATE = NORM.init(4)[1]._replace(mean=jnp.full(4, 0.3), variance=jnp.full(4, 2.0))


def drawn(*shape):
    return jnp.asarray(RNG.normal(size=shape), jnp.float32)


WEIGHTS = {"first": drawn(3, 4), "norms": [NORM.init(4)[0]] * 2, "second": drawn(4, 4)}
DATA = {(): drawn(EXAMPLES, 3), (5,): drawn(EXAMPLES, 5, 3)}
LABELS = drawn(EXAMPLES, 4)
every_rank = pytest.mark.parametrize("positions", list(DATA))


def outputs(weights, x, train=True, mask=None, axis_name=None):
    """Two layers with a norm each, of a batch or, with axis_name, of one example."""
    for kernel, params in zip((weights["first"], weights["second"]), weights["norms"], strict=True):
        x, _ = NORM.apply(params, STATE, jnp.matmul(x, kernel), train, mask, axis_name)
        x = jnp.tanh(x)
    return x


def error(y, label):
    return jnp.sum(jnp.square(y - jnp.broadcast_to(label, y.shape)))


def loss(weights, example, train, mask, axis_name):
    x, label = example
    return error(outputs(weights, x, train, mask, axis_name), label)


@jax.jit
def batch_gradient(weights, x, labels):
    def total(weights):
        y = outputs(weights, x)
        return error(y, labels.reshape(len(labels), *(1,) * (x.ndim - 2), -1))

    return jax.grad(total)(weights)


@functools.partial(jax.jit, static_argnames="function")
def rows_of(function, examples):
    return function(loss, WEIGHTS, examples)


def assert_close(a, b):
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5), a, b)


@every_rank
def test_the_rows_sum_to_the_gradient_of_the_batch(positions):
    rows = rows_of(summing_gradients, (DATA[positions], LABELS))
    total = jax.tree.map(lambda leaf: leaf.sum(0), rows)
    expected = batch_gradient(WEIGHTS, DATA[positions], LABELS)
    assert_close(total, expected)
    # twin: those of the running averages do not
    other = rows_of(frozen_gradients, (DATA[positions], LABELS))["first"].sum(0)
    assert not np.allclose(other, expected["first"], rtol=1e-2, atol=1e-2)


def test_a_row_is_the_derivative_by_that_examples_own_weights():
    rows = rows_of(summing_gradients, (DATA[()], LABELS))["first"]

    def total(kernel, index):
        kernels = jnp.where(jnp.arange(EXAMPLES)[:, None, None] == index, kernel, WEIGHTS["first"])
        hidden = jnp.einsum("ei,eij->ej", DATA[()], kernels)
        y = jnp.tanh(NORM.apply(WEIGHTS["norms"][0], STATE, hidden)[0])
        y = jnp.tanh(NORM.apply(WEIGHTS["norms"][1], STATE, y @ WEIGHTS["second"])[0])
        return error(y, LABELS)

    gradient = jax.jit(jax.grad(total))
    for index in range(EXAMPLES):
        assert_close(rows[index], gradient(WEIGHTS["first"], index))


@every_rank
def test_frozen_rows_are_those_of_the_examples_alone(positions):
    rows = rows_of(frozen_gradients, (DATA[positions], LABELS))
    alone = jax.jit(jax.grad(lambda weights, example: loss(weights, example, False, None, None)))
    for index in range(EXAMPLES):
        expected = alone(WEIGHTS, (DATA[positions][index], LABELS[index]))
        assert_close(jax.tree.map(lambda leaf, index=index: leaf[index], rows), expected)


@pytest.mark.parametrize("positions", [pytest.param((), marks=pytest.mark.slow), (5,)])
def test_leave_one_out_is_the_batch_less_the_batch_of_the_others(positions):
    rows = rows_of(leave_one_out_gradients, (DATA[positions], LABELS))
    everything = batch_gradient(WEIGHTS, DATA[positions], LABELS)
    for index in range(EXAMPLES):
        others = np.arange(EXAMPLES) != index
        rest = batch_gradient(WEIGHTS, DATA[positions][others], LABELS[others])
        expected = jax.tree.map(lambda a, b: a - b, everything, rest)
        assert_close(jax.tree.map(lambda leaf, index=index: leaf[index], rows), expected)


def test_without_a_declared_meaning_it_is_an_error_that_names_them():
    def naive(weights, x, label):
        return loss(weights, (x, label), True, None, None)

    with pytest.raises(
        ValueError, match="got 1, x of shape .*; use train=False, .*lifecycle.frozen_gradients"
    ):
        jax.vmap(jax.grad(naive), (None, 0, 0))(WEIGHTS, DATA[()], LABELS)


def test_too_few_examples_are_refused():
    with pytest.raises(ValueError, match="at least 3 examples, so that 2 are left.*; got 2; use frozen_grad"):
        leave_one_out_gradients(loss, WEIGHTS, (DATA[()][:2], LABELS[:2]))
    with pytest.raises(ValueError, match="at least 2 examples; got 1"):
        summing_gradients(loss, WEIGHTS, (DATA[()][:1], LABELS[:1]))
