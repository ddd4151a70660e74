import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.invariants import largest_share, mean_gradient
from bnact.normalizations import get
from tests.invariants.wrong import some_slow


def loss_with(name):
    norm = get(name)(**({"groups": 2} if name == "group" else {}))
    params, state = norm.init(6)

    def loss(weights, examples):
        x, target = examples
        y, _ = norm.apply(params, state, x @ weights)
        return jnp.mean((jnp.tanh(y) - target) ** 2)

    return loss


def drawn():
    rng = np.random.default_rng(0)
    weights, x, target = (rng.normal(size=(size, 6)).astype(np.float32) for size in (6, 12, 12))
    return weights, (x, target)


def share(loss, parts):
    residuals = functools.partial(mean_gradient, loss, parts=parts)
    return jax.jit(lambda *drawn: largest_share(residuals(*drawn)))(*drawn())


@pytest.mark.parametrize("name", some_slow(["layer", "rms", "group"]))
def test_it_is_the_mean_of_gradients_where_each_example_stands_alone(name):
    assert share(loss_with(name), parts=12) <= 1


def test_it_is_not_under_batch_norm():
    assert share(loss_with("batch"), parts=6) > 1e3


@pytest.mark.slow
def test_in_one_part_it_is_under_batch_norm_too():
    assert share(loss_with("batch"), parts=1) <= 1


@pytest.mark.slow
def test_a_sum_instead_of_a_mean_is_seen():
    loss = loss_with("layer")
    assert share(lambda weights, examples: 6 * loss(weights, examples) / examples[0].shape[0], parts=6) > 1e3


def biased_loss(params, examples):
    """A number that all features share is taken out by layer norm: the gradient by it is rounding alone."""
    x, target = examples
    y = x @ params["weights"] + params["bias"]
    z = (y - y.mean(1, keepdims=True)) / y.std(1, keepdims=True)
    return jnp.mean((jnp.tanh(z) - target) ** 2)


def test_a_gradient_that_is_0_but_for_rounding_is_accepted():
    weights, examples = drawn()
    params = {"weights": weights, "bias": np.float32(0.1)}
    found = jax.jit(functools.partial(mean_gradient, biased_loss, parts=4))(params, examples)
    assert np.abs(found["bias"].value) < 1e-6
    assert largest_share(found) <= 1


def test_parts_must_divide():
    with pytest.raises(ValueError, match=r"parts must divide the examples; got parts=5, 12 examples; use"):
        mean_gradient(loss_with("layer"), *drawn(), parts=5)
