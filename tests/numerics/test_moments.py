import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jax.sharding import AxisType, NamedSharding, PartitionSpec

from bnact.numerics import Moments, deviation, inverse_deviation, jacobian, merge, moments, tolerance

CONSTANTS = [
    *(12345.678, 7e7, 0.1, 1e-30, 3.4e34, 3.4e38, -3.4e38, 1 / 3, 1e7 + 1, 16777217.0, 65504.0),
    *(-0.7, 2e-38, 1e10, 3.14159, 99999.99, -1e-5, 123456789.0, 0.0, 1.0),
]
MEANS = [0.0, 1.0, -1e2, 1e4, 1e6, 1e7]


def normal(shape, mean=0.0, seed=0):
    return (mean + np.random.default_rng(seed).normal(size=shape)).astype(np.float32)


def true_mean(statistics):
    return np.asarray(statistics.mean, np.float64) + np.asarray(statistics.correction, np.float64)


def assert_close_to_float64(statistics, x, axes, bound=1e-6):
    x = np.asarray(x, np.float64)
    spread = x.std(axes)
    np.testing.assert_array_less(np.abs(statistics.variance / x.var(axes) - 1), bound)
    np.testing.assert_array_less(np.abs(true_mean(statistics) - x.mean(axes)) / spread, bound)


@pytest.mark.parametrize("mean", MEANS)
@pytest.mark.parametrize("examples", [7, 128, 20000])
def test_accurate_at_any_mean(mean, examples):
    x = normal((examples, 5), mean)
    statistics = jax.jit(lambda x: moments(x, 0))(x)
    assert_close_to_float64(statistics, x, 0)
    exact = x.astype(np.float64) - x.mean(0, dtype=np.float64)
    error = np.abs(np.asarray(jax.jit(lambda x, s: deviation(x, s, 0))(x, statistics)) - exact)
    assert np.max(error) < 1e-6


def test_the_rounded_mean_alone_is_not_accurate():
    x = normal((128, 5), 1e7)
    statistics = moments(jnp.asarray(x), 0)
    exact = x.mean(0, dtype=np.float64)
    assert np.max(np.abs(np.asarray(statistics.mean, np.float64) - exact)) > 0.1


def test_accurate_with_an_outlier_first():
    x = normal((5000, 3), 1e4)
    x[0] = 1e7
    assert_close_to_float64(jax.jit(lambda x: moments(x, 0))(x), x, 0)


@pytest.mark.parametrize("examples", [1, 3, 64, 10007])
@pytest.mark.parametrize("masked", [False, True])
def test_constants_deviate_by_exactly_zero(examples, masked):
    x = jnp.broadcast_to(jnp.asarray([CONSTANTS], jnp.float32), (examples, len(CONSTANTS)))
    mask = jnp.arange(examples)[:, None] % 3 == 0 if masked else None

    @jax.jit
    def statistics_and_deviation(x):
        statistics = moments(x, 0, mask)
        return statistics, deviation(x, statistics, 0)

    statistics, distances = statistics_and_deviation(x)
    np.testing.assert_array_equal(distances, 0)
    np.testing.assert_array_equal(statistics.squares, 0)
    np.testing.assert_array_equal(statistics.mean, np.asarray(CONSTANTS, np.float32))


@pytest.mark.parametrize("axes", [0, (0, 1), (0, 2), -1, (-1, 0), (), (0, 1, 2)])
@pytest.mark.parametrize("centered", [True, False])
def test_any_axes(axes, centered):
    x = normal((3, 4, 5), 2.0)
    statistics = moments(jnp.asarray(x), axes, centered=centered)
    mean = x.mean(axes, dtype=np.float64) if centered else np.zeros_like(x.mean(axes))
    distance = x - np.mean(x, axes, dtype=np.float64, keepdims=True) * centered
    assert statistics.count.shape == mean.shape
    np.testing.assert_allclose(true_mean(statistics), mean, rtol=1e-6)
    np.testing.assert_allclose(statistics.squares, (distance**2).sum(axes), rtol=2e-6, atol=1e-12)
    np.testing.assert_allclose(deviation(jnp.asarray(x), statistics, axes), distance, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("mask_shape", [(64, 5), (64, 1), (1, 5), (5,), ()])
@pytest.mark.parametrize("garbage", [np.nan, np.inf, -np.inf, 3e38])
def test_the_masked_is_never_seen(mask_shape, garbage):
    mask = np.random.default_rng(1).random(mask_shape) < 0.6
    full = np.broadcast_to(mask, (64, 5))
    x = normal((64, 5), 1e4)
    dirty = np.where(full, x, np.float32(garbage))
    counted = [x[full[:, feature], feature].astype(np.float64) for feature in range(5)]
    differentiate = jax.jit(jax.value_and_grad(spread, has_aux=True))
    (_, statistics), gradient = differentiate(jnp.asarray(dirty), jnp.asarray(mask))
    for feature, values in enumerate(counted):
        assert statistics.count[feature] == len(values)
        if len(values) == 0:
            assert all(field[feature] == 0 for field in statistics)
        else:
            assert abs(true_mean(statistics)[feature] - values.mean()) < 1e-6
            assert abs(statistics.variance[feature] - values.var()) < 2e-6
    assert np.all(np.isfinite(gradient))
    np.testing.assert_array_equal(np.asarray(gradient)[~full], 0)
    assert not full.any() or np.any(np.asarray(gradient)[full] != 0)


def spread(x, mask):
    """A scalar that depends on all of the statistics."""
    statistics = moments(x, 0, mask)
    total = jnp.sum(jnp.sqrt(statistics.variance + 1) + jnp.sin(statistics.mean + statistics.correction))
    return total, statistics


@pytest.mark.parametrize("centered", [True, False])
@pytest.mark.parametrize("x", [jnp.zeros((0, 3)), jnp.full((4, 3), jnp.nan)])
def test_nothing_counted_is_all_zero(x, centered):
    def fields(x):
        return moments(x, 0, jnp.zeros((1, 1), bool), centered=centered)

    for field in fields(x):
        np.testing.assert_array_equal(field, np.zeros(3))
    np.testing.assert_array_equal(fields(x).variance, np.zeros(3))
    gradient = jax.grad(lambda x: sum(jnp.sum(field) for field in fields(x)) + jnp.sum(fields(x).variance))(x)
    np.testing.assert_array_equal(gradient, np.zeros_like(x))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_statistics_are_float32_or_wider(dtype):
    with jax.enable_x64(True):
        x = jnp.asarray(normal((9, 4)), dtype)
        expected = jnp.float64 if dtype == "float64" else jnp.float32
        for centered in (True, False):
            statistics = moments(x, 0, centered=centered)
            assert all(field.dtype == expected for field in statistics)
            assert deviation(x, statistics, 0).dtype == expected


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_does_not_overflow(dtype):
    x = jnp.asarray(normal((512, 3)) * 1e4, dtype)
    assert_close_to_float64(moments(x, 0), np.asarray(x, np.float64), 0)


def test_counts_are_exact_where_a_float32_sum_of_ones_stops():
    flags = jnp.ones((2**24 + 2, 1), jnp.bool_)
    assert jax.jit(lambda flags: moments(flags.astype(jnp.bfloat16), 0, flags).count)(flags)[0] == 2**24 + 2


# ------------------------------------------------------------------------------------ derivatives


def standardized(x, mask=None):
    statistics = moments(x, 0, mask)
    z = deviation(x, statistics, 0) * jnp.expand_dims(inverse_deviation(statistics.variance, 1e-3), 0)
    return z if mask is None else jnp.where(mask, z, 0)


def mean_only(x, mask=None):
    return moments(x, 0, mask).mean


def squares_about_zero(x, mask=None):
    return moments(x, 0, mask, centered=False).squares


def without_mean_gradient(x, mask=None):
    statistics = moments(x, 0, mask)
    statistics = statistics._replace(mean=jax.lax.stop_gradient(statistics.mean))
    return deviation(x, statistics, 0)


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("fn", [standardized, mean_only, squares_about_zero])
def test_derivatives_forward_and_reverse(fn, masked):
    with jax.enable_x64(True):
        x = jnp.asarray(np.random.default_rng(0).normal(size=(6, 3)) + 3)
        mask = jnp.arange(6)[:, None] % 3 > 0 if masked else None
        truth = jacobian(jax.jit(lambda x: fn(x, mask)), x)
        bound = tolerance(jnp.float64).gradient
        for derivative in (jax.jacfwd, jax.jacrev):
            computed = jax.jit(derivative(lambda x: fn(x, mask)))(x)
            np.testing.assert_allclose(computed.reshape(truth.shape), truth, rtol=bound, atol=bound)


def test_second_derivatives():
    def exact(x):
        centred = x - jnp.mean(x, 0, keepdims=True)
        return jnp.sum(jnp.sin(centred * (jnp.mean(centred**2, 0, keepdims=True) + 1e-3) ** -0.5))

    with jax.enable_x64(True):
        x = jnp.asarray(np.random.default_rng(0).normal(size=(4, 2)))
        computed = jax.jit(jax.hessian(lambda x: jnp.sum(jnp.sin(standardized(x)))))(x)
        np.testing.assert_allclose(computed, jax.jit(jax.hessian(exact))(x), rtol=1e-9, atol=1e-9)


def test_a_dropped_mean_gradient_is_caught():
    with jax.enable_x64(True):
        x = jnp.asarray(np.random.default_rng(0).normal(size=(6, 3)))
        truth = jacobian(without_mean_gradient, x)
        wrong = jax.jacrev(without_mean_gradient)(x).reshape(truth.shape)
        assert np.max(np.abs(wrong - truth)) > 0.1


# ------------------------------------------------------------------------------------------ merge


def joined(parts, order):
    merged = of_part(parts[order[0]])
    for index in order[1:]:
        merged = merged_pair(merged, of_part(parts[index]))
    return merged


def of_part(part):
    """The moments of a part, at one padded size so that every example shares one compiled function."""
    padded = np.zeros((40, 2), np.float32)
    padded[: len(part)] = part
    return padded_moments(padded, np.arange(40)[:, None] < len(part))


padded_moments = jax.jit(lambda x, mask: moments(x, 0, mask))
merged_pair = jax.jit(merge)


@given(
    sizes=st.lists(st.integers(0, 40), min_size=2, max_size=5),
    mean=st.sampled_from(MEANS),
    drift=st.sampled_from([0.0, 1.0, 100.0]),
    seed=st.integers(0, 100),
)
def test_any_split_in_any_order_equals_the_whole(sizes, mean, drift, seed):
    if sum(sizes) < 3:
        sizes = [*sizes, 3]
    parts = [normal((size, 2), mean + drift * i, seed + i) for i, size in enumerate(sizes)]
    whole = np.concatenate(parts)
    order = np.random.default_rng(seed).permutation(len(parts))
    for merged in (joined(parts, range(len(parts))), joined(parts, order)):
        np.testing.assert_array_equal(merged.count, len(whole))
        assert_close_to_float64(merged, whole, 0, bound=2e-6)


@given(sizes=st.tuples(*[st.integers(0, 20)] * 3), mean=st.sampled_from(MEANS), seed=st.integers(0, 100))
def test_merge_is_associative(sizes, mean, seed):
    a, b, c = (of_part(normal((n, 2), mean, seed + i)) for i, n in enumerate(sizes))
    left, right = merged_pair(merged_pair(a, b), c), merged_pair(a, merged_pair(b, c))
    np.testing.assert_array_equal(left.count, right.count)
    np.testing.assert_allclose(left.squares, right.squares, rtol=2e-6, atol=1e-6)
    np.testing.assert_allclose(true_mean(left) - true_mean(right), 0, atol=1e-6)


def test_an_empty_set_is_neutral_exactly():
    some = moments(jnp.asarray(normal((9, 2), 1e7)), 0)
    empty = moments(jnp.zeros((0, 2)), 0)
    for merged in (merge(some, empty), merge(empty, some)):
        jax.tree.map(np.testing.assert_array_equal, merged, some)
    jax.tree.map(np.testing.assert_array_equal, merge(empty, empty), empty)


def test_merged_constants_stay_constant():
    x = jnp.broadcast_to(jnp.asarray([CONSTANTS], jnp.float32), (100, len(CONSTANTS)))
    merged = merge(moments(x, 0), moments(x[:33], 0))
    np.testing.assert_array_equal(merged.squares, 0)
    np.testing.assert_array_equal(deviation(x, merged, 0), 0)


def test_merge_of_squares_about_zero():
    x = normal((10, 3), 5.0)
    parts = [moments(jnp.asarray(part), 0, centered=False) for part in (x[:3], x[3:])]
    merged = merge(*parts)
    np.testing.assert_allclose(merged.squares, (x.astype(np.float64) ** 2).sum(0), rtol=1e-6)
    np.testing.assert_array_equal(merged.mean, 0)


def test_merge_is_differentiable():
    with jax.enable_x64(True):
        x = jnp.asarray(np.random.default_rng(0).normal(size=(7, 2)))

        def split(x):
            merged = merge(moments(x[:3], 0), moments(x[3:], 0))
            return jnp.stack([merged.mean, merged.squares])

        def whole(x):
            return jnp.stack([jnp.mean(x, 0), jnp.sum((x - jnp.mean(x, 0, keepdims=True)) ** 2, 0)])

        np.testing.assert_allclose(
            jax.jit(jax.jacrev(split))(x), jax.jit(jax.jacrev(whole))(x), rtol=1e-12, atol=1e-12
        )


def test_merge_as_the_carry_of_a_scan():
    x = normal((16, 32, 3), 1e6)
    empty = Moments(*(jnp.zeros(3) for _ in Moments._fields))
    merged, _ = jax.lax.scan(
        lambda carry, part: (merge(carry, moments(part, 0)), None), empty, jnp.asarray(x)
    )
    assert_close_to_float64(merged, x.reshape(-1, 3), 0, bound=2e-6)


# ------------------------------------------------------------------------------------ mapped axes


@pytest.mark.parametrize("mean", [0.0, 1e4, 1e7])
def test_across_a_vmapped_axis_with_unequal_counts(mean):
    x, mask = normal((4, 16, 3), mean), np.arange(64).reshape(4, 16, 1) < [[[16 + 1]], [[21]], [[48]], [[70]]]
    mask = np.broadcast_to(mask, x.shape)
    x = np.where(mask, x, np.nan).astype(np.float32)
    reduced = jax.vmap(lambda x, mask: moments(x, 0, mask, "devices"), axis_name="devices")
    statistics = jax.tree.map(lambda field: field[0], reduced(x, mask))
    counts = mask.sum(1)[:, 0]
    assert len(set(counts)) > 1
    np.testing.assert_array_equal(statistics.count, counts.sum())
    assert_close_to_float64(statistics, x[mask[..., 0]], 0)


def test_a_member_without_values_weighs_nothing():
    x, mask = normal((2, 8, 3), 5.0), np.array([True, False])[:, None, None]
    x[1] = np.nan
    reduced = jax.vmap(lambda x, mask: moments(x, 0, mask, "devices"), axis_name="devices")(x, mask)
    jax.tree.map(lambda field: np.testing.assert_array_equal(field[0], field[1]), reduced)
    assert_close_to_float64(jax.tree.map(lambda field: field[1], reduced), x[0], 0)


def test_constants_across_a_mapped_axis():
    x = jnp.full((8, 11, 1), 12345.678)

    def member(x):
        return deviation(x, moments(x, 0, axis_name="devices"), 0)

    np.testing.assert_array_equal(jax.jit(jax.vmap(member, axis_name="devices"))(x), 0)


@pytest.mark.parametrize("check_vma", [True, False])
def test_across_devices_value_and_gradient(check_vma):
    mesh = jax.make_mesh((8,), ("devices",), axis_types=(AxisType.Auto,))
    split = PartitionSpec("devices")
    x, mask = jnp.asarray(normal((64, 3), 1e4)), jnp.arange(64)[:, None] > 10

    def member(x, mask):
        statistics = moments(x, 0, mask, "devices")
        return deviation(x, statistics, 0) * jnp.expand_dims(inverse_deviation(statistics.variance, 1e-3), 0)

    sharded = jax.shard_map(member, mesh=mesh, in_specs=split, out_specs=split, check_vma=check_vma)

    def loss(fn, x):
        return jnp.sum(jnp.where(mask, jnp.sin(fn(x)), 0))

    value, gradient = jax.jit(jax.value_and_grad(lambda x: loss(lambda x: sharded(x, mask), x)))(x)
    expected, expected_gradient = jax.value_and_grad(lambda x: loss(lambda x: standardized(x, mask), x))(x)
    bound = tolerance(jnp.float32)
    np.testing.assert_allclose(value, expected, atol=bound.value)
    np.testing.assert_allclose(gradient, expected_gradient, atol=bound.gradient)


@pytest.mark.parametrize("axis_type", [AxisType.Auto, AxisType.Explicit])
@pytest.mark.parametrize("masked", [False, True])
def test_of_a_sharded_array(axis_type, masked):
    mesh = jax.make_mesh((8,), ("devices",), axis_types=(axis_type,))
    x, mask = normal((64, 3), 1e7), np.arange(64)[:, None] > 10
    with jax.set_mesh(mesh):
        sharded = jax.device_put(x, NamedSharding(mesh, PartitionSpec("devices", None)))
        statistics = jax.jit(lambda x: moments(x, 0, jnp.asarray(mask) if masked else None))(sharded)
    assert_close_to_float64(statistics, x[11:] if masked else x, 0)


def test_vmapped_equals_looped():
    x = normal((5, 16, 3), 1e5)
    mapped = jax.vmap(lambda x: moments(x, 0))(x)
    for lane in range(5):
        assert_close_to_float64(jax.tree.map(lambda field, lane=lane: field[lane], mapped), x[lane], 0)


# ------------------------------------------------------------------------------ inverse deviation


def test_inverse_deviation():
    variance = jnp.asarray([0.0, 1e-12, 0.5, 4.0, 1e30])
    expected = 1 / np.sqrt(np.asarray(variance, np.float64) + 1e-5)
    np.testing.assert_allclose(inverse_deviation(variance, 1e-5), expected, rtol=3e-7)


def test_inverse_deviation_of_nothing_is_zero():
    value, gradient = jax.value_and_grad(lambda v: inverse_deviation(v, 0.0))(jnp.float32(0))
    assert value == 0
    assert gradient == 0


# ----------------------------------------------------------------------------------------- errors


def test_integers_are_refused():
    with pytest.raises(TypeError, match=r"x must be real floating; got int32; use x\.astype"):
        moments(jnp.arange(6).reshape(2, 3), 0)
    with pytest.raises(TypeError, match=r"x must be real floating; got int32; use x\.astype"):
        deviation(jnp.arange(6).reshape(2, 3), moments(jnp.ones((2, 3)), 0), 0)


@pytest.mark.parametrize("axes", [2, -3, (0, 2)])
def test_axes_out_of_range_are_refused(axes):
    with pytest.raises(ValueError, match=r"axes must be in \[-2, 2\); got axes="):
        moments(jnp.ones((2, 3)), axes)


def test_repeated_axes_are_refused():
    with pytest.raises(ValueError, match=r"axes must differ; got axes=\(0, -2\); name each axis once"):
        moments(jnp.ones((2, 3)), (0, -2))


def test_masks_are_checked():
    with pytest.raises(TypeError, match="mask: must be boolean"):
        moments(jnp.ones((2, 3)), 0, jnp.ones((2, 1)))
    with pytest.raises(ValueError, match="mask: must broadcast to x"):
        moments(jnp.ones((2, 3)), 0, jnp.ones((2,), bool))
