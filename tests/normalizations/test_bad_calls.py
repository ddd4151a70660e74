"""Bad calls over all norms, norms of weights and the life cycle, and what the error of each must say."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.normalizations import batch_norm, get, weights
from bnact.normalizations.lifecycle import (
    folded,
    folded_into_next,
    leave_one_out_gradients,
    merged_moments,
    microbatched,
    reestimated,
    summing_gradients,
)

X, KEY, KERNEL = jnp.ones((4, 3)), jax.random.key(0), jnp.ones((4, 3))
MASK = jnp.ones((4, 1), bool)


def applied(name, x=X, features: Any = 3, mask=None, params=None, state=None, settings=None):
    """A call of a norm of which one thing is wrong."""

    def call():
        norm = get(name)(**(settings or {}))
        own_params, own_state = norm.init(features)
        return norm.apply(params or own_params, own_state if state is None else state, x, mask=mask)

    return call


def made(name, **settings):
    return lambda: get(name)(**settings)


def weighted(name, kernel, first=KERNEL, **settings):
    def call():
        norm = weights.get(name)(**settings)
        return norm.apply(*norm.init(first, KEY), kernel)

    return call


def in_parts(count=2, x=X, mask=None, before=lambda weights, x: x, **settings):
    def call():
        layer = microbatched(before, lambda weights, y: y, count, **settings)
        return layer((), *batch_norm().init(3), x, mask)

    return call


STATE, PARAMS = batch_norm().init(3)[1], batch_norm().init(3)[0]
MEAN_ONLY, LAYER = get("mean_only_batch")().init(3), get("layer")().init(3)


def loss(weights, example, train, mask, axis_name):
    return jnp.sum(batch_norm().apply(weights, STATE, example, train, mask, axis_name)[0])


# (call, what its message must hold: the argument, what came, and the fix)
CALLS = {
    # the names
    "an unknown norm": (lambda: get("bacth"), ("name", "'bacth'", "use 'batch'")),
    "no name": (lambda: get(None), ("name", "got None", "use")),  # pyright: ignore[reportArgumentType]
    "an unknown norm of weights": (lambda: weights.get("spectra"), ("name", "'spectra'", "use 'spectral'")),
    # settings
    "negative epsilon": (made("batch", epsilon=-1e-5), ("epsilon", "-1e-05", "use 1e-5")),
    "epsilon NaN": (made("layer", epsilon=float("nan")), ("epsilon", "nan", "use 1e-5")),
    "infinite epsilon": (made("rms", epsilon=float("inf")), ("epsilon", "inf", "use 1e-5")),
    "epsilon of group": (made("group", epsilon=-1), ("group_norm: epsilon", "-1", "use 1e-5")),
    "epsilon of instance": (made("instance", epsilon=-1), ("instance_norm: epsilon", "-1", "use")),
    "epsilon of scale": (made("scale", epsilon=-1), ("scale_norm: epsilon", "-1", "use")),
    "epsilon of power": (made("power", epsilon=-1), ("power_norm: epsilon", "-1", "use")),
    "epsilon of filter": (made("filter_response", epsilon=-1), ("epsilon", "-1", "use")),
    "epsilon of evonorm": (made("evonorm_s0", epsilon=-1), ("evonorm_s0: epsilon", "-1", "use")),
    "epsilon of divisive": (made("divisive", epsilon=-1), ("divisive_norm: epsilon", "-1", "use")),
    "momentum above 1": (made("batch", momentum=1.1), ("momentum", "weight of the old", "1.1", "use 0.99")),
    "negative momentum": (made("power", momentum=-0.1), ("momentum", "-0.1", "use 0.99")),
    "momentum of renorm": (made("batch_renorm", momentum=2), ("momentum", "2", "use 0.99")),
    "momentum of ghost": (made("ghost_batch", momentum=2), ("momentum", "2", "use 0.99")),
    "momentum of mean only": (made("mean_only_batch", momentum=2), ("momentum", "2", "use 0.99")),
    "momentum of evonorm": (made("evonorm_b0", momentum=2), ("momentum", "2", "use 0.99")),
    "a debiased plain average": (
        made("batch", momentum=None, debias=True),
        ("debias", "momentum=None", "use debias=False"),
    ),
    "ghosts of none": (made("ghost_batch", size=0), ("size", "size=0", "use size=1")),
    "ghosts in fractions": (made("ghost_batch", size=2.5), ("size", "2.5", "use")),
    "a factor below 1": (made("batch_renorm", r_max=0.5), ("r_max", "0.5", "use 3.0")),
    "a negative shift": (made("batch_renorm", d_max=-1.0), ("d_max", "-1.0", "use 5.0")),
    "groups twice": (made("group", groups=2, group_size=2), ("group_size=2", "groups=2", "use one of them")),
    "no groups": (made("group", groups=0), ("groups", "groups=0", "use groups=1")),
    "groups in fractions": (made("evonorm_s1", groups=2.0), ("groups", "2.0", "use groups=1")),
    "an even window": (made("local_response", size=4), ("size", "size=4", "use size=5")),
    "an even summation": (made("divisive", summation=4), ("summation", "=4", "use summation=5")),
    "no suppression": (made("divisive", suppression=0), ("suppression", "=0", "use suppression=5")),
    "no k": (made("local_response", k=0.0), ("k must", "k=0.0", "use 1.0")),
    "a length of order 3": (made("scale", p=3), ("p must be 1 or 2", "p=3", "use p=2")),
    "negative warm-up": (made("power", warmup=-1), ("warmup", "-1", "use warmup=1")),
    "alpha 0": (made("dynamic_tanh", alpha=0.0), ("alpha", "0.0", "use 1.0")),
    "alpha NaN": (made("dynamic_erf", alpha=float("nan")), ("alpha", "nan", "use 1.0")),
    "an infinite shift": (made("dynamic_erf", shift=float("inf")), ("shift", "inf", "use 0.0")),
    # how many features
    "no features": (applied("batch", features=0), ("num_features", "=0", "size of x's last axis")),
    "features as a float": (applied("layer", features=3.0), ("num_features", "3.0", "float", "use")),
    "features as text": (applied("none", features="3"), ("num_features", "'3'", "str", "use")),
    "features that are True": (applied("rms", features=True), ("num_features", "True", "bool", "use")),
    "groups that do not divide": (
        applied("group", features=10, settings={"groups": 4}),
        ("groups", "features=10", "groups=4", "use groups in (1, 2, 5, 10)"),
    ),
    "groups of one value": (
        applied("group", x=X, settings={"groups": 3}),
        ("2 values", "3 groups of 3 features", "shape (4, 3)", "use groups of at least 2"),
    ),
    "a size that does not divide": (
        applied("evonorm_s0a", features=10, settings={"group_size": 3}),
        ("group_size", "features=10", "use group_size in (1, 2, 5, 10)"),
    ),
    # the input
    "the state last": (
        applied("batch", x=batch_norm().init(3)[1], params=PARAMS),  # pyright: ignore[reportArgumentType]
        ("params, state, x in this order", "BatchNormState", "use apply(params, state, x)"),
    ),
    "integers": (applied("batch", x=jnp.ones((4, 3), jnp.int32)), ("x must", "int32", "x.astype")),
    "complex numbers": (applied("layer", x=jnp.ones((4, 3), jnp.complex64)), ("x must", "complex64", "use")),
    "booleans": (applied("none", x=MASK), ("x must", "bool", "use x.astype")),
    "a scalar": (applied("dynamic_tanh", x=jnp.float32(1)), ("x must", "a scalar", "use x[None]")),
    "features second": (applied("batch", x=jnp.ones((2, 3, 5))), ("x's last axis", "(2, 3, 5)", "init(5)")),
    "other features": (applied("rms", x=jnp.ones((4, 5))), ("x's last axis", "scale", "(3,)", "init(5)")),
    "no positions": (applied("instance"), ("x must have an axis of positions", "(4, 3)", "layer_norm")),
    "a batch of one": (applied("batch", x=X[:1]), ("at least 2 examples", "(1, 3)", "train=False")),
    "one example": (applied("mean_only_batch", x=X[0]), ("at least 2 examples", "(3,)", "train=False")),
    "one for evonorm": (applied("evonorm_b1", x=X[:1]), ("at least 2 examples", "(1, 3)", "train=False")),
    "per-example gradients": (
        lambda: jax.vmap(jax.grad(lambda x: jnp.sum(batch_norm().apply(PARAMS, STATE, x)[0])))(X),
        ("at least 2 examples", "got 1", "lifecycle.frozen_gradients"),
    ),
    "ghosts that do not divide": (
        applied("ghost_batch", settings={"size": 3}),
        ("size", "(4, 3)", "use size in (2, 4)"),
    ),
    # masks
    "a mask of numbers": (applied("batch", mask=jnp.ones((4, 1))), ("mask", "float32", "astype(bool)")),
    "a mask of examples": (applied("layer", mask=MASK[:, 0]), ("mask", "(4,)", "use mask[..., None]")),
    "a longer mask": (applied("power", mask=jnp.ones((5, 1), bool)), ("mask", "(5, 1)", "use")),
    # parameters and states
    "parameters in a dictionary": (
        applied("batch", params={"scale": X[0], "bias": X[0]}),
        ("params", "dict", "use init(3)[0]"),
    ),
    "no state": (applied("batch", state=()), ("state", "tuple", "use init(3)[1]")),
    "the state of another norm": (
        applied("batch_renorm", state=MEAN_ONLY[1]),
        ("state must be a BatchNormState", "RunningMean", "use init(3)[1]"),
    ),
    "parameters as the state": (
        applied("power", state=LAYER[0]),
        ("state must be a RunningSquare", "Affine", "use init(3)[1]"),
    ),
    "a state of other features": (
        applied(
            "mean_only_batch", x=jnp.ones((4, 5)), params=get("mean_only_batch")(use_bias=False).init(5)[0]
        ),
        ("state", "(4, 5)", "mean of shape (3,)", "init(5)"),
    ),
    # norms of weights
    "a kernel of integers": (weighted("weight", jnp.ones((4, 3), int)), ("kernel", "int32", "astype")),
    "a scalar kernel": (weighted("spectral", jnp.float32(1)), ("kernel", "a scalar", "use kernel[None]")),
    "a kernel of other outputs": (weighted("weight", jnp.ones((4, 5))), ("kernel", "(4, 5)", "use init")),
    "a kernel of other inputs": (weighted("spectral", jnp.ones((5, 3))), ("kernel", "left", "use init")),
    "one weight an output": (
        weighted("standardization", KERNEL[:1]),
        ("kernel", "(1, 3)", "use weight_norm"),
    ),
    "no iteration": (lambda: weights.get("spectral")(iterations=0), ("iterations", "=0", "use iterations=1")),
    "no gain": (lambda: weights.get("scaled_standardization")(gain=0.0), ("gain", "0.0", "use 1.0")),
    "epsilon of weights": (lambda: weights.get("standardization")(epsilon=-1), ("epsilon", "-1", "use")),
    # the life cycle
    "a norm that cannot be folded": (
        lambda: folded(get("layer")(), *LAYER, KERNEL),
        ("state", "tuple", "keep this norm as it is"),
    ),
    "a kernel of other features": (
        lambda: folded(batch_norm(), PARAMS, STATE, jnp.ones((3, 4))),
        ("kernel", "(3, 4)", "move the outputs to axis -1"),
    ),
    "a kernel that takes others": (
        lambda: folded_into_next(batch_norm(), PARAMS, STATE, jnp.ones((4, 3))),
        ("kernel", "(4, 3)", "move the inputs to axis -2"),
    ),
    "a bias of another length": (
        lambda: folded(batch_norm(), PARAMS, STATE, KERNEL, jnp.ones(2)),
        ("bias", "(2,)", "use a bias of shape (3,)"),
    ),
    "nothing to estimate from": (lambda: reestimated(STATE, []), ("batch", "got none", "spent iterator")),
    "nothing to merge": (lambda: merged_moments(iter(())), ("batch", "got none", "spent iterator")),
    "a state without a variance": (
        lambda: reestimated(MEAN_ONLY[1], [X]),
        ("state", "RunningMean", "use the state of batch"),
    ),
    "a momentum to debias by": (
        lambda: reestimated(STATE, [X], debiased_momentum=2),
        ("momentum", "2", "use 0.99"),
    ),
    "no microbatches": (in_parts(count=0), ("count", "count=0", "use count=1")),
    "microbatches that do not divide": (in_parts(count=3), ("count", "4 examples", "use count in (1, 2, 4)")),
    "a mask without examples": (in_parts(mask=MASK[:1]), ("mask", "(1, 1)", "use jnp.broadcast_to")),
    "epsilon of microbatches": (in_parts(epsilon=-1), ("epsilon", "-1", "use")),
    "momentum of microbatches": (in_parts(momentum=2), ("momentum", "2", "use")),
    "microbatches of one": (in_parts(count=1, x=X[:1]), ("at least 2 examples", "(1, 3)", "train=False")),
    "other features in microbatches": (
        in_parts(before=lambda weights, x: x[:, :2]),
        ("x's last axis", "(2, 2)", "init(2)"),
    ),
    "two examples to leave one out": (
        lambda: leave_one_out_gradients(loss, PARAMS, X[:2]),
        ("3 examples", "got 2", "use frozen_gradients"),
    ),
    "one example to sum over": (
        lambda: summing_gradients(loss, PARAMS, X[:1]),
        ("at least 2 examples", "got 1", "lifecycle.frozen_gradients"),
    ),
}


def test_how_many_there_are():
    assert len(CALLS) == 89


@pytest.mark.parametrize("which", CALLS)
def test_a_bad_call_is_told_what_came_and_what_to_do(which):
    call, words = CALLS[which]
    with pytest.raises((ValueError, TypeError)) as caught:
        call()
    message = str(caught.value)
    assert [word for word in words if word not in message] == [], message
    assert message.count(";") >= 2  # the rule; what came; the fix


@pytest.mark.parametrize("name", ["batch", "layer", "group", "instance", "none", "power"])
def test_the_same_call_without_the_mistake_passes(name):
    settings = {"groups": 1} if name == "group" else {}
    x = X[:, None] if name == "instance" else X
    y, _ = applied(name, x=x, mask=None, settings=settings)()
    assert np.all(np.isfinite(y))
