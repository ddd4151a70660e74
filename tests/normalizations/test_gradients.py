"""The gradients of every norm against finite differences."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.numerics import jacobian, tolerance
from tests.normalizations.every_norm import (
    FEATURES,
    every_norm,
    initialized,
    made,
    output,
)

EXAMPLES, POSITIONS = 2, 3
# Of batch renormalization r and d have no gradient; here they are constant.
SETTINGS = {"batch_renorm": {"r_max": 1.0, "d_max": 0.0}, "ghost_batch": {"size": 1}}


def gradient_function(name, masked):
    """The norm as a function of one flat float64 vector: input and parameters."""
    norm = made(name, epsilon=0.1, **SETTINGS.get(name, {}))
    params, state = initialized(norm)
    shapes = [(EXAMPLES, POSITIONS, FEATURES), *(leaf.shape for leaf in jax.tree.leaves(params))]
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
    mask = jnp.arange(EXAMPLES * POSITIONS).reshape(EXAMPLES, POSITIONS, 1) != 1 if masked else None

    def fn(flat):
        flat = jnp.asarray(flat)
        parts = [part.reshape(shape) for part, shape in zip(jnp.split(flat, ends[:-1]), shapes, strict=True)]
        drawn = jax.tree.unflatten(jax.tree.structure(params), parts[1:])
        return output(norm, drawn, state, parts[0], mask=mask)

    return fn, np.random.default_rng(1).normal(size=ends[-1])


@every_norm
@pytest.mark.parametrize("masked", [False, True])
def test_gradients_against_finite_differences(name, masked):
    with jax.enable_x64(True):
        fn, flat = gradient_function(name, masked)
        truth = jacobian(jax.jit(fn), flat)
        bound = tolerance("float64").gradient
        for computed in jax.jit(lambda flat: (jax.jacfwd(fn)(flat), jax.jacrev(fn)(flat)))(flat):
            np.testing.assert_allclose(computed, truth, rtol=bound, atol=bound)
        # twins: the comparison is one that a wrong gradient fails
        for wrong in (1.01 * truth, 0 * truth, -truth, np.roll(truth, 1, axis=-1)):
            assert not np.allclose(wrong, truth, rtol=bound, atol=bound)
