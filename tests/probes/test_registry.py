"""What every probe of a representation must satisfy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.probes import LABELLED_PROBES, PROBES

RNG = np.random.default_rng(0)
EXAMPLES, FEATURES = 40, 6
# Of few examples in directions of different spread, so that a probe that should centre and does not is seen.
X = RNG.normal(size=(EXAMPLES, FEATURES)) * np.array([3.0, 2.0, 1.0, 1.0, 0.5, 0.1])
LABELS = jnp.asarray((X[:, 0] > 0).astype(np.int32) + 7)
ROTATION = np.linalg.qr(RNG.normal(size=(FEATURES, FEATURES)))[0]
ORDER = RNG.permutation(EXAMPLES)

ALL = {**PROBES, **{name: lambda x, fn=fn: fn(x, LABELS) for name, fn in LABELLED_PROBES.items()}}
SAME = {
    "shifted": X + 50.0 * RNG.normal(size=FEATURES),
    "rotated": X @ ROTATION,
    "small": X * 1e-12,
    "large": X * 1e12,
}
COMPILED = {name: jax.jit(fn) for name, fn in ALL.items()}
each = pytest.mark.parametrize("name", ALL)


def single(x):
    return jnp.asarray(x, jnp.float32)


@each
def test_what_changes_no_distance_but_by_a_factor_changes_nothing(name):
    for changed in SAME.values():
        np.testing.assert_allclose(COMPILED[name](single(changed)), COMPILED[name](single(X)), rtol=3e-4)


@each
def test_another_spread_changes_something(name):
    if name != "neighbour_accuracy":  # the shares of two classes are few
        changed = X * np.array([0.1, 1.0, 1.0, 1.0, 1.0, 5.0])
        assert abs(COMPILED[name](single(changed)) / COMPILED[name](single(X)) - 1) > 0.02


@each
def test_the_order_of_examples_does_not_matter(name):
    if name in PROBES:
        found = COMPILED[name](single(X[ORDER]))
    else:
        found = jax.jit(LABELLED_PROBES[name])(single(X[ORDER]), LABELS[ORDER])
    np.testing.assert_allclose(found, COMPILED[name](single(X)), rtol=1e-5)


@each
def test_members_on_several_devices(name):
    mesh = jax.make_mesh((2,), ("members",), axis_types=(jax.sharding.AxisType.Auto,))
    parts = jax.sharding.PartitionSpec("members")
    members = single(np.stack([X, X * np.arange(1, 7), X**2, X**3]))
    divided = jax.jit(jax.shard_map(jax.vmap(ALL[name]), mesh=mesh, in_specs=parts, out_specs=parts))
    np.testing.assert_allclose(divided(members), [COMPILED[name](member) for member in members], rtol=1e-5)


@each
def test_the_result_is_a_scalar_of_the_statistics_type(name):
    for dtype in (jnp.float16, jnp.bfloat16, jnp.float32):
        found = jax.eval_shape(ALL[name], jnp.asarray(X, dtype))
        assert (found.shape, found.dtype) == ((), jnp.float32)
    with jax.enable_x64(True):
        found = jax.jit(ALL[name])(jnp.asarray(X))
        assert found.dtype == jnp.float64
    np.testing.assert_allclose(COMPILED[name](single(X)), found, rtol=1e-4)


@each
def test_nan_gives_nan(name):
    assert jnp.isnan(COMPILED[name](single(X).at[3, 2].set(jnp.nan)))


@each
@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        (
            jnp.ones((EXAMPLES, 2, 3)),
            ValueError,
            r"features\); got shape \(40, 2, 3\); use x.reshape",
        ),
        (jnp.ones(EXAMPLES), ValueError, r"\(examples, features\); got shape \(40,\)"),
        (jnp.ones((EXAMPLES, 0)), ValueError, r"\(examples, features\); got shape \(40, 0\)"),
        (jnp.ones((1, 3)), ValueError, "must have at least [23] rows; got 1"),
        (jnp.ones((EXAMPLES, 2), int), TypeError, "x must be real floating; got int32"),
    ],
)
def test_a_bad_array_says_what_is_wrong(name, x, error, message):
    with pytest.raises(error, match=f"{name}: .*{message}"):
        ALL[name](x)


@pytest.mark.parametrize("name", LABELLED_PROBES)
@pytest.mark.parametrize(
    ("labels", "error", "message"),
    [
        (jnp.zeros(EXAMPLES), TypeError, "labels must be integers, one a class; got float32"),
        (jnp.zeros(3, int), ValueError, r"labels must be of shape \(40,\), .* got shape \(3,\)"),
        (jnp.zeros((EXAMPLES, 2), int), ValueError, r"got shape \(40, 2\); give class numbers"),
    ],
)
def test_bad_labels_say_what_is_wrong(name, labels, error, message):
    with pytest.raises(error, match=f"{name}: .*{message}"):
        LABELLED_PROBES[name](single(X), labels)
