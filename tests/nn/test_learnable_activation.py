import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx

from bnact import nn
from bnact.activations import LEARNABLE

FEATURES = 4
each = pytest.mark.parametrize("activation", LEARNABLE)


def inputs():
    return jnp.asarray(np.random.default_rng(0).normal(0.5, 2.0, (6, FEATURES)), jnp.float32)


@each
def test_it_is_the_activation_with_parameters_of_its_own(activation):
    module, record = nn.LearnableActivation(FEATURES, activation), LEARNABLE[activation]
    np.testing.assert_array_equal(module(inputs()), record.apply(record.init(FEATURES), inputs()))
    other = jnp.linspace(0.1, 2.0, FEATURES)
    module.params.set_value(other)
    np.testing.assert_array_equal(module(inputs()), record.apply(other, inputs()))


@each
def test_nnx_grad_is_the_gradient_of_the_function(activation):
    module, record = nn.LearnableActivation(FEATURES, activation, rngs=nnx.Rngs(0)), LEARNABLE[activation]
    found = nnx.jit(nnx.grad(lambda module, x: jnp.sum(jnp.sin(module(x)))))(module, inputs())
    by_function = jax.jit(jax.grad(lambda p: jnp.sum(jnp.sin(record.apply(p, inputs())))))
    expected = by_function(record.init(FEATURES))
    assert np.max(np.abs(expected)) > 0.01
    np.testing.assert_allclose(jax.tree.leaves(found)[0], expected, rtol=3e-5, atol=3e-5)


@each
def test_it_learns(activation):
    module = nn.LearnableActivation(FEATURES, activation)
    target = LEARNABLE[activation].apply(jnp.full(FEATURES, 0.6), inputs())

    def loss(module, x, target):
        return jnp.mean(jnp.square(module(x) - target))

    optimizer = nnx.Optimizer(module, optax.adam(0.05), wrt=nnx.Param)

    @nnx.jit
    def step(module, optimizer, x, target):
        value, gradients = nnx.value_and_grad(loss)(module, x, target)
        optimizer.update(module, gradients)
        return value

    # Adam counts its steps in integers.
    with jax.numpy_dtype_promotion("standard"):
        first, *_, last = [step(module, optimizer, inputs(), target) for _ in range(60)]
    assert last < 0.1 * first


@each
def test_equal_modules_are_equal_in_structure(activation):
    one, other = (nn.LearnableActivation(FEATURES, activation) for _ in range(2))
    assert nn.pure(one).graph == nn.pure(other).graph
    assert len(jax.tree.leaves(nn.pure(one).params)) == 1


@pytest.mark.parametrize("dtype", [jnp.float16, jnp.bfloat16])
@each
def test_half_precision(activation, dtype):
    assert nn.LearnableActivation(FEATURES, activation)(inputs().astype(dtype)).dtype == dtype
    module = nn.LearnableActivation(FEATURES, activation, param_dtype=dtype)
    assert module.params.get_value().dtype == dtype


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: nn.LearnableActivation(FEATURES, "prelo"), "got 'prelo'; nearest: prelu"),
        (lambda: nn.LearnableActivation(0), "^prelu: num_features must be at least 1; got 0"),
        (
            lambda: nn.LearnableActivation(3)(inputs()),
            r"^LearnableActivation: x must have 3 features on its last axis; got shape \(6, 4\); "
            "make the module with num_features=4$",
        ),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message):
        call()
