"""Every norm that a table can hold, beside the same computed one thing after the other."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.sharding import AxisType, PartitionSpec

from bnact import activations, fused, normalizations
from bnact.fused import (
    FORMULAS,
    GROUPS,
    NORMS,
    index_of,
    own_of,
    rule,
    switched,
    switched_and_observed,
    table_of,
)
from bnact.fused.norms import outcome
from bnact.normalizations import STANDARDIZATIONS, Affine
from tests.fused.references import ORDERS, assert_close

ACTIVATIONS = ("relu", "tanh")
FLAT, PLACED = (64, 8), (4, 5, 8)
OF_POSITIONS = ("instance", "filter_response")
TABLES = {
    FLAT: table_of(ACTIVATIONS, set(NORMS) - set(OF_POSITIONS)),
    PLACED: table_of(ACTIVATIONS, NORMS),
}
BESIDE = [name for name in NORMS if name not in STANDARDIZATIONS]
PAIRS = [
    (norm, order, act, shape)
    for norm in BESIDE
    for order in ORDERS
    for act in ACTIVATIONS
    for shape in (FLAT, PLACED)
    if shape == PLACED or norm not in OF_POSITIONS
]
SETTINGS = {"group": {"groups": GROUPS}, "filter_response": {"use_threshold": False}}
every_pair = pytest.mark.parametrize(("norm", "order", "activation", "shape"), PAIRS)


def drawn(shape, dtype, seed=0):
    """x, scale, bias, the norms' own parameters away from their first values, and a cotangent."""
    rng = np.random.default_rng(seed)
    x, cotangent = 1.5 * rng.normal(size=shape) + 0.5, rng.normal(size=shape)
    scale, bias = rng.uniform(0.5, 1.5, shape[-1]), rng.normal(size=shape[-1])
    own = jax.tree.map(lambda value: 1.2 * value + 0.1, own_of(TABLES[shape], shape[-1]))
    return jax.tree.map(lambda part: jnp.asarray(np.asarray(part), dtype), (x, scale, bias, own, cotangent))


@jax.jit
def ours(index, x, scale, bias, own, cotangent):
    y, back = jax.vjp(
        lambda x, scale, bias, own: switched(index, x, scale, bias, TABLES[x.shape], own), x, scale, bias, own
    )
    return y, *back(cotangent)


@functools.partial(jax.jit, static_argnums=(0, 1, 2))
def plain(norm, order, activation, x, scale, bias, own, cotangent):
    """Norm and activation one after the other, the gradient by autodiff."""
    made, act = normalizations.get(norm)(**SETTINGS.get(norm, {})), activations.get(activation)

    def both(x, scale, bias, own):
        params, state = made.init(x.shape[-1])
        given = {"scale": scale, "bias": bias, **own.get(norm, {})}
        fields = params._asdict().items()
        params = type(params)(**{name: None if value is None else given[name] for name, value in fields})
        if order == "before":
            return act(made.apply(params, state, x)[0])
        return made.apply(params, state, act(x))[0]

    y, back = jax.vjp(both, x, scale, bias, own)
    return y, *back(cotangent)


def assert_all_close(found, expected, bound=1e-10):
    for one, other in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
        assert_close(one, other, bound)


@every_pair
def test_a_pair_equals_norm_and_activation_one_after_the_other(norm, order, activation, shape):
    with jax.enable_x64(True):
        arguments = drawn(shape, np.float64)
        found = ours(index_of(activation, norm, order, TABLES[shape]), *arguments)
        assert_all_close(found, plain(norm, order, activation, *arguments))
        own = found[4]
        assert {name for name, of in own.items() if any(np.any(leaf != 0) for leaf in of.values())} == (
            {norm} & set(own)
        )


@pytest.mark.parametrize("norm", FORMULAS)
def test_a_wrong_gradient_is_caught(norm, monkeypatch):
    def wrong(chosen):
        def changed(by, own, u):
            return outcome(chosen, by, own, jax.lax.stop_gradient(0.01 * u) + 0.99 * u)

        return lambda by, own, u, dz: jax.vjp(changed, by, own, u)[1](dz)

    with jax.enable_x64(True):
        arguments = drawn(PLACED, np.float64)
        monkeypatch.setattr(rule, "pulled", wrong)
        table = table_of(("tanh",), (norm,))
        index = index_of("tanh", norm, "before", table)
        x, scale, bias, own, cotangent = arguments
        own = {name: own[name] for name in own_of(table, 8)}
        gradient = jax.vjp(lambda x: switched(index, x, scale, bias, table, own), x)[1](cotangent)[0]
        with pytest.raises(AssertionError, match="Not equal to tolerance"):
            assert_close(gradient, plain(norm, "before", "tanh", *arguments)[1], 1e-6)


HALF_TABLE = table_of(("tanh",), ("group", "dynamic_tanh", "scale"))


@functools.cache
def half_gradients():
    """Of half-precision parameters, x being float32, by the table that has formulas."""

    @jax.jit
    def gradients(index, x, scale, bias, own, cotangent):
        pair = lambda x, scale, bias, own: switched(index, x, scale, bias, HALF_TABLE, own)  # noqa: E731
        return jax.vjp(pair, x, scale, bias, own)[1](cotangent)

    return gradients


@pytest.mark.parametrize("dtype", [jnp.bfloat16, jnp.float16])
@pytest.mark.parametrize("norm", ["none", "batch", "layer", "group", "dynamic_tanh", "scale"])
@pytest.mark.parametrize("order", ORDERS)
def test_half_precision_parameters_have_float32_sums(norm, order, dtype):
    x, scale, bias, _, cotangent = drawn(PLACED, np.float32)
    own = jax.tree.map(lambda leaf: leaf.astype(dtype), own_of(HALF_TABLE, PLACED[-1]))
    given = scale.astype(dtype), bias.astype(dtype), own
    index = index_of("tanh", norm, order, HALF_TABLE)
    found = half_gradients()(index, x, *given, cotangent)
    widened = jax.tree.map(lambda leaf: leaf.astype(jnp.float32), given)
    expected = half_gradients()(index, x, *widened, cotangent)
    assert jax.tree.map(lambda leaf: leaf.dtype, found[1:]) == jax.tree.map(lambda leaf: leaf.dtype, given)
    rounded = jax.tree.map(lambda one, leaf: leaf.astype(one.dtype), found, expected)
    jax.tree.map(np.testing.assert_array_equal, found, rounded)


NARROW = table_of(ACTIVATIONS)


@functools.partial(jax.jit, static_argnums=0)
def by_table(table, index, x, scale, bias, cotangent):
    y, back = jax.vjp(lambda x, scale, bias: switched(index, x, scale, bias, table), x, scale, bias)
    return y, *back(cotangent)


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("order", ORDERS)
def test_no_number_depends_on_what_else_is_in_the_table(norm, order):
    x, scale, bias, _, cotangent = drawn(PLACED, np.float32)
    table = NARROW if norm in STANDARDIZATIONS else table_of(ACTIVATIONS, (norm,))
    results = [
        by_table(each, index_of("tanh", norm, order, each), x, scale, bias, cotangent)
        for each in (table, TABLES[PLACED])
    ]
    jax.tree.map(np.testing.assert_array_equal, *results)


@pytest.mark.parametrize("order", ORDERS)
def test_one_tensor_is_kept_whatever_the_table_holds(order):
    x, scale, bias, own, _ = drawn(FLAT, np.float32)
    table = TABLES[FLAT]
    index = index_of("tanh", "group", order, table)
    _, back = jax.vjp(
        lambda x, scale, bias, own: switched(index, x, scale, bias, table, own), x, scale, bias, own
    )
    assert [leaf.size for leaf in jax.tree.leaves(back)].count(x.size) == 1


COUNTED = 32


@jax.jit
def observed(index, x, scale, bias, own):
    return switched_and_observed(index, x, scale, bias, COUNTED, TABLES[FLAT], own).y


@pytest.mark.parametrize("norm", [name for name in BESIDE if name not in OF_POSITIONS])
@pytest.mark.parametrize("order", ORDERS)
def test_the_uncounted_are_treated_as_after_training(norm, order):
    x, scale, bias, own, _ = drawn(FLAT, np.float32)
    table = TABLES[FLAT]
    index = index_of("tanh", norm, order, table)
    y = observed(index, x, scale, bias, own)
    wild = observed(index, x.at[COUNTED:].multiply(100.0), scale, bias, own)
    np.testing.assert_array_equal(wild[:COUNTED], y[:COUNTED])
    # 32 examples are one virtual batch, so that training and evaluation do the same with them.
    alone = switched(index, x[:COUNTED], scale, bias, table, own)
    np.testing.assert_allclose(y[:COUNTED], alone, rtol=1e-4, atol=1e-5)
    if norm in ("mean_only_batch", "ghost_batch", "power"):
        expected = after_training(norm, order, x, scale, bias)
    else:  # every example by itself
        expected = switched(index, x[COUNTED:], scale, bias, table, own)
    np.testing.assert_allclose(y[COUNTED:], expected, rtol=1e-4, atol=1e-4)


def after_training(norm, order, x, scale, bias):
    """The pair of the uncounted in numpy, with the statistics of the counted."""
    is_divided = norm != "mean_only_batch"
    u = np.asarray(x if order == "before" else jnp.tanh(x))
    mean = 0 if norm == "power" else u[:COUNTED].mean(0)
    deviation = np.sqrt(np.mean((u[:COUNTED] - mean) ** 2, 0) + 1e-5) if is_divided else 1
    z = (u[COUNTED:] - mean) / deviation * (np.asarray(scale) if is_divided else 1) + np.asarray(bias)
    return np.tanh(z) if order == "before" else z


def test_every_norm_of_a_table_has_a_name_of_the_registry():
    assert set(NORMS) <= set(normalizations.NORMALIZATIONS)
    assert list(NORMS)[: len(STANDARDIZATIONS)] == list(STANDARDIZATIONS)
    assert fused.norms_of(table_of((), ("scale", "group"))) == (*STANDARDIZATIONS, "scale", "group")
    assert all(name == formula.name for name, formula in FORMULAS.items())
    assert Affine._fields == ("scale", "bias")


@pytest.mark.parametrize("norm", ["layer", "group", "dynamic_tanh"])
@pytest.mark.parametrize("check_vma", [True, False])
def test_divided_by_shard_map_equals_single(norm, check_vma):
    x, scale, bias, _, cotangent = drawn(FLAT, np.float32)
    table = table_of(ACTIVATIONS, ("group", "dynamic_tanh"))
    own = own_of(table, FLAT[-1])
    index = index_of("tanh", norm, "before", table)
    mesh = jax.make_mesh((8,), ("batch",), axis_types=(AxisType.Auto,))
    parts, whole = PartitionSpec("batch"), PartitionSpec()
    divided = jax.shard_map(
        lambda x, scale, bias, own: switched(index, x, scale, bias, table, own),
        mesh=mesh,
        in_specs=(parts, whole, whole, whole),
        out_specs=parts,
        check_vma=check_vma,
    )

    @functools.partial(jax.jit, static_argnums=0)
    def gradients(pair, cotangent):
        return jax.vjp(pair, x, scale, bias, own)[1](cotangent)

    single = gradients(lambda x, scale, bias, own: switched(index, x, scale, bias, table, own), cotangent)
    assert_all_close(gradients(divided, cotangent), single, 1e-5)
