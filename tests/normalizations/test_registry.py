"""What every norm of the registry does, whichever it is."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.sharding import AxisType, NamedSharding, PartitionSpec

from bnact.normalizations import NORMALIZATIONS, STANDARDIZATIONS, Normalization, get, reduced_axes
from bnact.numerics import jacobian, tolerance

FEATURES = 6
every_norm = pytest.mark.parametrize("name", list(NORMALIZATIONS))
every_dtype = pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])


def inputs(*leading, mean=0.0, seed=0):
    return mean + np.random.default_rng(seed).normal(size=(*leading, FEATURES))


def initialized(norm, seed=0):
    """Parameters and state that are not the trivial ones."""
    rng = np.random.default_rng(seed)
    params, state = norm.init(FEATURES)

    def drawn(leaf):
        return jnp.asarray(rng.uniform(0.5, 1.5, leaf.shape), leaf.dtype)

    return jax.tree.map(drawn, params), state


def reference(name, x, params, epsilon):
    """The norm in training in float64 numpy, from the papers' formulas."""
    x = np.asarray(x, np.float64)
    kind = STANDARDIZATIONS[name]
    if kind.axes == "none":
        return x
    axes = reduced_axes(kind, x.ndim)
    centred = x - x.mean(axes, keepdims=True) if kind.centered else x
    y = centred / np.sqrt((centred**2).mean(axes, keepdims=True) + epsilon)
    y = y if params.scale is None else y * np.asarray(params.scale, np.float64)
    return y if params.bias is None else y + np.asarray(params.bias, np.float64)


@functools.cache
def made(name, epsilon=1e-5):
    return get(name)() if name == "none" else get(name)(epsilon=epsilon)


@functools.partial(jax.jit, static_argnames=("norm", "train"))
def applied(norm, params, state, x, train=True, mask=None):
    return norm.apply(params, state, x, train=train, mask=mask)


def output(norm, params, state, x, mask=None):
    return applied(norm, params, state, x, mask=mask)[0]


@functools.partial(jax.jit, static_argnames=("apply", "train"))
def results_and_gradients(apply, params, state, x, mask, train=True):
    """((y, new state), gradients by parameters and input) of a loss that looks at what counts."""

    def loss(params, x):
        y, after = apply(params, state, x, train=train, mask=mask)
        return jnp.sum(jnp.where(mask, jnp.cos(y), 0)), (y, after)

    (_, aux), gradients = jax.value_and_grad(loss, argnums=(0, 1), has_aux=True)(params, x)
    return aux, gradients


def assert_trees_close(a, b, bound):
    jax.tree.map(
        lambda a, b: np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=bound, atol=bound), a, b
    )


def test_every_norm_says_what_it_standardizes():
    assert list(STANDARDIZATIONS) == list(NORMALIZATIONS)


@every_norm
def test_a_norm_is_two_functions(name):
    assert Normalization._fields == ("init", "apply")
    assert isinstance(get(name)(), Normalization)


@every_norm
def test_the_first_parameters_change_nothing(name):
    norm = made(name, epsilon=0.0)
    params, state = norm.init(FEATURES)
    x = inputs(32)
    y, _ = norm.apply(params, state, jnp.asarray(x, jnp.float32))
    np.testing.assert_allclose(y, reference(name, x, params._replace(scale=None, bias=None), 0.0), atol=1e-5)


@every_norm
@every_dtype
@pytest.mark.parametrize("leading", [(9,), (2, 3, 4)])
def test_output_against_float64(name, dtype, leading):
    with jax.enable_x64(True):
        norm = made(name)
        params, state = initialized(norm)
        x = jnp.asarray(inputs(*leading, mean=3.0), dtype)
        y = output(norm, params, state, x)
        assert y.dtype == x.dtype
        assert y.shape == x.shape
        bound = tolerance(dtype).value
        expected = reference(name, np.asarray(x, np.float64), params, 1e-5)
        np.testing.assert_allclose(np.asarray(y, np.float64), expected, rtol=bound, atol=bound)


@every_norm
@pytest.mark.parametrize("mean", [1.0, 1e4, 1e6, 1e7])
def test_accurate_at_any_mean(name, mean):
    norm = made(name)
    params, state = initialized(norm)
    x = inputs(64, mean=mean).astype(np.float32)
    y = output(norm, params, state, x)
    np.testing.assert_allclose(y, reference(name, x, params, 1e-5), rtol=1e-6, atol=1e-5)


@every_norm
@pytest.mark.parametrize("constant", [12345.678, 7e7, 0.1, -1e-15, 1e18])
@pytest.mark.parametrize("epsilon", [0.0, 1e-5])
def test_constants_become_exactly_the_bias(name, constant, epsilon):
    norm = made(name, epsilon)
    params, state = initialized(norm)
    y = output(norm, params, state, jnp.full((50, FEATURES), constant, jnp.float32))
    if STANDARDIZATIONS[name].centered:
        np.testing.assert_array_equal(y, np.broadcast_to(params.bias, y.shape))
    else:
        np.testing.assert_allclose(y, reference(name, np.full(y.shape, constant), params, epsilon), rtol=1e-5)


@every_norm
def test_zeros_with_epsilon_zero(name):
    norm = made(name, epsilon=0.0)
    params, state = norm.init(FEATURES)
    x = jnp.asarray(inputs(5), jnp.float32).at[2].set(0.0).at[:, 3].set(0.0)
    (y, _), (_, gradient) = results_and_gradients(norm.apply, params, state, x, jnp.ones((1, 1), bool))
    assert np.all(np.isfinite(y))
    assert np.all(np.isfinite(gradient))
    if STANDARDIZATIONS[name].axes == "features":
        np.testing.assert_array_equal(y[2], 0)
        np.testing.assert_array_equal(gradient[2], 0)
    if STANDARDIZATIONS[name].axes == "batch":
        np.testing.assert_array_equal(y[:, 3], 0)
        np.testing.assert_array_equal(gradient[:, 3], 0)


@every_norm
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_with_large_inputs(name, dtype):
    norm = made(name)
    params, state = initialized(norm)
    x = jnp.asarray(inputs(64) * 1e4, dtype)
    y, state = applied(norm, params, state, x)
    assert all(leaf.dtype != x.dtype for leaf in jax.tree.leaves(state))
    expected = reference(name, np.asarray(x, np.float64), params, 1e-5)
    bound = tolerance(dtype).value
    np.testing.assert_allclose(np.asarray(y, np.float64), expected, rtol=bound, atol=bound)


# -------------------------------------------------------------------------------------- gradients


def gradient_function(name, masked):
    """The norm as a function of one flat float64 vector: input, scale and bias."""
    norm = made(name, epsilon=1e-3)
    params, state = initialized(norm)
    shapes = [(4, FEATURES), *(leaf.shape for leaf in jax.tree.leaves(params))]
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
    mask = jnp.arange(4)[:, None] != 1 if masked else None

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
        for derivative in (jax.jacfwd, jax.jacrev):
            computed = np.asarray(jax.jit(derivative(fn))(flat))
            np.testing.assert_allclose(computed, truth, rtol=bound, atol=bound)
        # twins: the comparison is one that a wrong gradient fails
        for wrong in (1.01 * truth, 0 * truth, -truth, np.roll(truth, 1, axis=-1)):
            assert not np.allclose(wrong, truth, rtol=bound, atol=bound)


# ------------------------------------------------------------------------------------------ masks

MASKS = {
    "example": np.arange(12)[:, None] % 4 != 1,
    "feature": np.arange(FEATURES)[None, :] % 3 != 1,
    "entry": np.random.default_rng(3).random((12, FEATURES)) < 0.7,
    "nothing": np.zeros((1, 1), bool),
    "everything": np.ones((1, 1), bool),
}


@every_norm
@pytest.mark.parametrize("which", list(MASKS))
@pytest.mark.parametrize("train", [True, False])
def test_the_masked_is_never_seen(name, which, train):
    norm, mask = made(name), jnp.asarray(MASKS[which])
    params, state = initialized(norm)
    clean = jnp.asarray(inputs(12, mean=5.0), jnp.float32)
    counted = np.broadcast_to(mask, clean.shape)

    def results(x):
        return results_and_gradients(norm.apply, params, state, x, mask, train=train)

    (y, after), gradients = expected = results(clean)
    np.testing.assert_array_equal(np.asarray(y)[~counted], 0)
    np.testing.assert_array_equal(np.asarray(gradients[1])[~counted], 0)
    if which == "nothing":
        jax.tree.map(np.testing.assert_array_equal, after, state)
    for garbage in (np.nan, np.inf, -np.inf, 3e38, 1e-38):
        jax.tree.map(np.testing.assert_array_equal, results(jnp.where(counted, clean, garbage)), expected)


@every_norm
def test_masked_examples_are_as_dropped_ones(name):
    norm, mask = made(name), MASKS["example"]
    params, state = initialized(norm)
    x = jnp.asarray(inputs(12, mean=5.0), jnp.float32)
    kept = np.flatnonzero(mask)
    y, after = applied(norm, params, state, x, mask=jnp.asarray(mask))
    expected = applied(norm, params, state, x[kept])
    assert_trees_close((y[kept], after), expected, 1e-6)


@every_norm
@pytest.mark.parametrize("leading", [(0,), (0, 4), (3, 0)])
def test_an_empty_batch(name, leading):
    norm = made(name)
    params, state = initialized(norm)
    y, after = applied(norm, params, state, jnp.zeros((*leading, FEATURES)))
    assert y.shape == (*leading, FEATURES)
    jax.tree.map(np.testing.assert_array_equal, after, state)


# -------------------------------------------------------------------------------- transformations


@every_norm
def test_jit_remat_and_eval_shape(name):
    norm, everything = made(name), jnp.ones((1, 1), bool)
    params, state = initialized(norm)
    x = jnp.asarray(inputs(8), jnp.float32)
    eager = norm.apply(params, state, x)
    assert_trees_close(applied(norm, params, state, x), eager, 1e-6)
    shapes = jax.eval_shape(norm.apply, params, state, x)
    assert shapes == jax.tree.map(lambda leaf: jax.ShapeDtypeStruct(leaf.shape, leaf.dtype), eager)
    recomputed = jax.checkpoint(norm.apply, static_argnums=3)

    def rematerialized(*args, train, mask):
        return recomputed(*args, train, mask)

    expected = results_and_gradients(norm.apply, params, state, x, everything)
    assert_trees_close(results_and_gradients(rematerialized, params, state, x, everything), expected, 1e-5)


@every_norm
def test_vmap_and_scan_equal_a_loop(name):
    norm = made(name)
    params, state = initialized(norm)
    x = jnp.asarray(inputs(4, 16), jnp.float32)
    mapped, _ = jax.jit(jax.vmap(lambda x: norm.apply(params, state, x)))(x)

    def train_step(state, x):
        y, state = norm.apply(params, state, x)
        return state, y

    after, scanned = jax.lax.scan(train_step, state, x)
    for step in range(4):
        y, state = applied(norm, params, state, x[step])
        assert_trees_close((mapped[step], scanned[step]), (y, y), 1e-6)
    assert_trees_close(after, state, 1e-6)
    assert jax.tree.map(lambda leaf: leaf.dtype, after) == jax.tree.map(lambda leaf: leaf.dtype, state)


@every_norm
@every_dtype
def test_the_state_keeps_its_shape_and_type(name, dtype):
    with jax.enable_x64(True):
        norm = made(name)
        params, state = norm.init(FEATURES)
        _, after = jax.eval_shape(norm.apply, params, state, jnp.asarray(inputs(8), dtype))
        assert jax.tree.map(lambda leaf: leaf.shape, after) == jax.tree.map(lambda leaf: leaf.shape, state)
        assert jax.tree.map(lambda leaf: leaf.dtype, after) == jax.tree.map(lambda leaf: leaf.dtype, state)


@every_norm
@pytest.mark.parametrize("axis_type", [AxisType.Auto, AxisType.Explicit])
@pytest.mark.parametrize("mask_split", [True, False])
def test_sharded_equals_single(name, axis_type, mask_split):
    norm = made(name)
    params, state = initialized(norm)
    x = jnp.asarray(inputs(64, mean=1e4), jnp.float32)
    mask = jnp.arange(64)[:, None] > 10
    expected = results_and_gradients(norm.apply, params, state, x, mask)
    mesh = jax.make_mesh((8,), ("batch",), axis_types=(axis_type,))
    with jax.set_mesh(mesh):
        split = NamedSharding(mesh, PartitionSpec("batch", None))
        x = jax.device_put(x, split)
        mask = jax.device_put(mask, split) if mask_split else mask
        sharded = results_and_gradients(norm.apply, params, state, x, mask)
    assert_trees_close(sharded, expected, 1e-5)


@every_norm
@pytest.mark.parametrize("check_vma", [True, False])
def test_divided_by_shard_map_equals_single(name, check_vma):
    norm = made(name)
    params, state = initialized(norm)
    x = jnp.asarray(inputs(64, mean=1e4), jnp.float32)
    mask = jnp.arange(64)[:, None] > 10  # the first device has no example that counts
    expected = results_and_gradients(norm.apply, params, state, x, mask)
    split, whole = PartitionSpec("batch"), PartitionSpec()

    def member(params, state, x, mask):
        return norm.apply(params, state, x, mask=mask, axis_name="batch")

    divided = jax.shard_map(
        member,
        mesh=jax.make_mesh((8,), ("batch",), axis_types=(AxisType.Auto,)),
        in_specs=(whole, whole, split, split),
        out_specs=(split, whole),
        check_vma=check_vma,
    )

    def together(params, state, x, train, mask):
        del train
        return divided(params, state, x, mask)

    results = results_and_gradients(together, params, state, x, mask)
    assert_trees_close(results, expected, 1e-5)


# ----------------------------------------------------------------------------------------- errors


@every_norm
@pytest.mark.parametrize("num_features", [0, -3])
def test_the_number_of_features_is_positive(name, num_features):
    with pytest.raises(
        ValueError, match=rf"num_features must be at least 1; got num_features={num_features}; use"
    ):
        get(name)().init(num_features)


@every_norm
@pytest.mark.parametrize("num_features", [3.0, "3", None, True])
def test_the_number_of_features_is_an_integer(name, num_features):
    with pytest.raises(TypeError, match="num_features must be an integer; got .* of type .*; use"):
        get(name)().init(num_features)


@every_norm
def test_the_number_of_features_may_be_a_numpy_integer(name):
    params, state = get(name)().init(np.int64(3))  # pyright: ignore[reportArgumentType]
    assert all(leaf.shape in [(3,), ()] for leaf in jax.tree.leaves((params, state)))


@every_norm
def test_integers_are_refused(name):
    norm = get(name)()
    with pytest.raises(TypeError, match=r"x must be real floating; got int32; use x\.astype\(jnp\.float32\)"):
        norm.apply(*norm.init(3), jnp.ones((4, 3), jnp.int32))


@every_norm
def test_a_scalar_is_refused(name):
    norm = get(name)()
    with pytest.raises(
        ValueError, match=r"x must have its features on the last axis; got a scalar; use x\[None\]"
    ):
        norm.apply(*norm.init(3), jnp.float32(1))


@pytest.mark.parametrize("name", ["batch", "layer", "rms"])
def test_other_features_than_the_parameters_are_refused(name):
    norm = get(name)()
    match = (
        r"last axis must match the parameters; got x of shape \(3, 4\), scale of shape \(3,\); use init\(4\)"
    )
    with pytest.raises(ValueError, match=match):
        norm.apply(*norm.init(3), jnp.ones((3, 4)))


@every_norm
def test_masks_are_checked(name):
    norm = get(name)()
    with pytest.raises(TypeError, match="mask: must be boolean"):
        norm.apply(*norm.init(3), jnp.ones((4, 3)), mask=jnp.ones((4, 1)))
    with pytest.raises(ValueError, match="mask: must broadcast to x"):
        norm.apply(*norm.init(3), jnp.ones((4, 3)), mask=jnp.ones((4,), bool))


@pytest.mark.parametrize("name", ["batch", "layer", "rms"])
@pytest.mark.parametrize("epsilon", [-1e-5, float("nan"), float("inf")])
def test_epsilon_is_not_negative(name, epsilon):
    with pytest.raises(ValueError, match=f"{name}_norm: epsilon must be finite and at least 0; got epsilon="):
        get(name)(epsilon=epsilon)


def test_an_unknown_name_names_the_nearest():
    with pytest.raises(ValueError, match=r"must be one of none, batch, .*; got 'bacth'; use 'batch'"):
        get("bacth")
    with pytest.raises(ValueError, match=r"got 'qqqq'; use 'none' or 'batch'"):
        get("qqqq")
