"""A pair as a network trains with it: any norm that says of itself what it standardizes by."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact import activations
from bnact.fused import output_and_state
from bnact.normalizations import batch_norm, group_norm
from tests.fused.one_after_the_other import POSITIONS, assert_results_close, drawn, results, the_two


@pytest.mark.slow
def test_a_norm_made_by_hand_and_one_without_parameters():
    for norm in (group_norm(groups=3, epsilon=0.1), group_norm(groups=3, use_scale=False, use_bias=False)):
        at, cotangent = drawn(norm, "tanh", 8, *POSITIONS)
        ours, theirs = (results(fn, at, cotangent) for fn in the_two(norm, "before", "tanh"))
        assert_results_close(ours, theirs, 1e-4)


def test_the_state_after_it_is_that_of_all_settings():
    norm = batch_norm(momentum=0.5, bessel=True, debias=True)
    (x, params, _), _ = drawn(norm, "tanh", 8)
    state = norm.init(x.shape[-1])[1]
    _, expected = norm.apply(params, state, x)
    said, tanh = norm.standardizes, activations.get("tanh")
    assert said is not None
    _, after = output_and_state(said, tanh, "before", x, params, state)
    jax.tree.map(np.testing.assert_array_equal, after, expected)


def test_what_does_not_fit_is_refused_as_by_the_norm():
    norm = batch_norm()
    params, state = norm.init(4)
    said, tanh = norm.standardizes, activations.get("tanh")
    assert said is not None
    for x, wrong, message in (
        (jnp.ones((6, 5)), state, "batch_norm: x's last axis must match the parameters"),
        (jnp.ones((1, 4)), state, "batch_norm: training takes statistics over at least 2 examples"),
        (jnp.ones((6, 4)), batch_norm().init(3)[1], "batch_norm: x's last axis must match the state"),
    ):
        with pytest.raises(ValueError, match=message):
            output_and_state(said, tanh, "before", x, params, wrong)
