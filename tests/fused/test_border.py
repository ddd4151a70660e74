"""Every error of the border says the rule, what came, and the fix."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact import fused, nn

X, ONES, ZEROS = jnp.ones((4, 3)), jnp.ones(3), jnp.zeros(3)
every_function = pytest.mark.parametrize("function", [fused.norm_act, fused.act_norm])


def refused(function, kind, message, *arguments, **choices):
    with pytest.raises(kind, match=f"^{function.__name__}: {message}"):
        function(*arguments, **choices)


@every_function
def test_a_norm_without_a_rule(function):
    message = (
        r"norm must standardize by the statistics of its input, which a fused rule is for; got norm='power'; "
        r"use one of none, batch, ghost_batch, mean_only_batch, layer, rms, group, instance$"
    )
    refused(function, ValueError, message, X, ONES, ZEROS, norm="power")


@every_function
def test_an_unknown_activation(function):
    with pytest.raises(ValueError, match="got 'rellu'; nearest: relu"):
        function(X, ONES, ZEROS, activation="rellu")


@every_function
@pytest.mark.parametrize("dtype", [jnp.int32, jnp.bool_, jnp.complex64])
def test_an_input_that_is_not_floating(function, dtype):
    message = rf"x must be real floating; got {jnp.dtype(dtype)}; use x\.astype\(jnp\.float32\)$"
    refused(function, TypeError, message, X.astype(dtype), ONES, ZEROS)


@every_function
def test_a_scalar(function):
    message = r"x must have its features on the last axis; got a scalar; use x\[None\]$"
    refused(function, ValueError, message, jnp.float32(1), ONES, ZEROS, norm="layer")


@every_function
@pytest.mark.parametrize("shape", [(4,), (1,), (), (4, 3)])
def test_parameters_of_another_shape(function, shape):
    wrong, match = jnp.ones(shape), str(shape).replace("(", r"\(").replace(")", r"\)")
    message = rf"scale must have shape \(features,\) = \(3,\); got {match}; make it with jnp\.ones\(3\)$"
    refused(function, ValueError, message, X, wrong, ZEROS)
    message = rf"bias must have shape \(features,\) = \(3,\); got {match}; make it with jnp\.zeros\(3\)$"
    refused(function, ValueError, message, X, ONES, wrong)


@every_function
def test_parameters_that_are_not_floating(function):
    whole = jnp.ones(3, jnp.int32)
    message = r"scale must be real floating; got int32; use scale\.astype\(jnp\.float32\)$"
    refused(function, TypeError, message, X, whole, ZEROS)
    message = r"bias must be real floating; got int32; use bias\.astype\(jnp\.float32\)$"
    refused(function, TypeError, message, X, ONES, whole)


@every_function
@pytest.mark.parametrize("epsilon", [-1e-5, float("nan"), float("inf")])
def test_an_epsilon_out_of_range(function, epsilon):
    message = f"epsilon must be finite and at least 0; got epsilon={epsilon}; the default is 1e-5$"
    refused(function, ValueError, message, X, ONES, ZEROS, epsilon=epsilon)


@every_function
@pytest.mark.parametrize("shape", [(3,), (1, 3), (1, 1, 3)])
@pytest.mark.parametrize("norm", ["batch", "ghost_batch", "mean_only_batch"])
def test_a_batch_of_one(function, norm, shape):
    match = str(shape).replace("(", r"\(").replace(")", r"\)")
    message = (
        rf"^{norm}_norm: training takes statistics over at least 2 examples; got 1, x of shape {match}; "
    )
    with pytest.raises(ValueError, match=message):
        function(jnp.ones(shape), ONES, ZEROS, norm=norm)
    with pytest.raises(ValueError, match=message):
        nn.NormAct(3, norm)(jnp.ones(shape))
    assert function(jnp.ones(shape), ONES, ZEROS, norm="layer")[0].shape == shape


@every_function
def test_lists_are_arrays(function):
    found, _ = function(X.tolist(), ONES.tolist(), ZEROS.tolist())
    np.testing.assert_array_equal(found, function(X, ONES, ZEROS)[0])


@every_function
def test_an_epsilon_that_is_an_array(function):
    message = r"epsilon must be known when the program is written; got an array.*static_argnames='epsilon'"
    refused(function, TypeError, message, X, ONES, ZEROS, epsilon=jnp.float32(1e-5))
    with pytest.raises(TypeError, match=message):
        jax.jit(lambda epsilon: function(X, ONES, ZEROS, epsilon=epsilon))(1e-5)


TABLE = fused.table_of(["relu"])
INDEX = fused.index_of("relu", "batch", "before", TABLE)


@pytest.mark.parametrize("function, counted", [(fused.switched, ()), (fused.switched_and_observed, (2,))])
def test_what_a_switch_refuses(function, counted):
    name = function.__name__
    for given, kind, message in (
        ((X.astype(jnp.int32), ONES, ZEROS), TypeError, "x must be real floating; got int32; use"),
        ((X, jnp.ones(4), ZEROS), ValueError, r"scale must have shape \(features,\) = \(3,\); got \(4,\)"),
        ((X, ONES, jnp.ones((1, 3))), ValueError, r"bias must have shape \(features,\) = \(3,\)"),
    ):
        with pytest.raises(kind, match=f"^{name}: {message}"):
            function(INDEX, *given, *counted, TABLE)
