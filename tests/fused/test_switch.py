"""The pair chosen at run time equals the pair fixed beforehand, and one program serves them all."""

import dataclasses
import functools
import itertools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact import activations, fused
from bnact.activations import ACTIVATIONS
from bnact.fused import (
    EPSILON,
    index_of,
    norm_act,
    norm_of,
    switched,
    switched_and_observed,
    table_of,
    without_formulas,
)
from bnact.normalizations import STANDARDIZATIONS
from bnact.numerics import tolerance
from tests.fused.references import (
    CROSSED,
    CROSSED_PAIRS,
    TABLE,
    assert_close,
    assert_same,
    drawn,
    fused_pair,
    plain_pair,
    value_and_gradients,
)

TRACES = []
NORMS = list(fused.NORMS)
COUNTED = 4


@jax.jit
def run(index, x, scale, bias, cotangent):
    TRACES.append("run")
    return value_and_gradients(lambda *at: switched(index, *at, table=TABLE), x, scale, bias, cotangent)


@jax.jit
def observe(index, x, scale, bias):
    return switched_and_observed(index, x, scale, bias, COUNTED, TABLE)


@pytest.mark.parametrize("norm, order, activation", CROSSED_PAIRS)
def test_a_switched_pair_equals_the_fixed_one(norm, order, activation):
    arguments = drawn(6, 4, dtype=np.float32, mean=0.5)
    ours = run(index_of(activation, norm, order, TABLE), *arguments)
    order = "before" if norm == "none" else order  # the one entry's affine map stands before the activation
    fixed = value_and_gradients(fused_pair(norm, order, activation, EPSILON), *arguments)
    assert_same(ours, fixed, "float32")


def test_one_program_serves_all_pairs():
    arguments = drawn(6, 4, dtype=np.float32)
    results = [
        run(index_of(act, norm, order, TABLE), *arguments)[0].tobytes() for norm, order, act in CROSSED_PAIRS
    ]
    assert len(TRACES) == 1  # in all of this file
    # Without a norm there is one entry for both orders, and about the identity no order; all others differ.
    assert len(set(results)) == len(CROSSED_PAIRS) - len(CROSSED) - (len(STANDARDIZATIONS) - 1)


def test_the_pair_may_change_from_step_to_step_of_a_scan():
    x, scale, bias, cotangent = drawn(6, 4, dtype=np.float32)
    indices = [index_of(*pair, TABLE) for pair in (("relu", "batch", "before"), ("tanh", "rms", "after"))]
    stacked = jax.tree.map(lambda *entries: jnp.asarray(entries), *indices)
    _, scanned = jax.lax.scan(lambda x, index: (x, switched(index, x, scale, bias, TABLE)), x, stacked)
    for index, y in zip(indices, scanned, strict=True):
        assert_close(y, run(index, x, scale, bias, cotangent)[0], tolerance("float32").value)


@pytest.mark.parametrize("norm, order, activation", CROSSED_PAIRS)
def test_a_pair_laid_open_equals_itself(norm, order, activation):
    x, scale, bias, _ = drawn(6, 4, dtype=np.float32)
    seen = observe(index_of(activation, norm, order, TABLE), x[:COUNTED], scale, bias)
    order = "before" if norm == "none" else order
    bound = tolerance("float32")
    assert_close(seen.y, fused_pair(norm, order, activation)(x[:COUNTED], scale, bias), bound.value)
    linear = fused_pair(norm, order, "identity")
    given = linear(x[:COUNTED], scale, bias) if order == "before" else x[:COUNTED]
    assert_close(seen.given, given, bound.value)
    assert_close(seen.slope, activations.get(activation).derivative(seen.given), bound.gradient)
    np.testing.assert_allclose(seen.largest_slope, ACTIVATIONS[activation].lipschitz, rtol=1e-6)


@pytest.mark.parametrize(
    "norm, order, activation", [pair for pair in CROSSED_PAIRS if pair[2] in ("relu", "mish")]
)
def test_the_uncounted_are_treated_as_after_training(norm, order, activation):
    x, scale, bias, _ = drawn(6, 4, dtype=np.float32)
    index = index_of(activation, norm, order, TABLE)
    order = "before" if norm == "none" else order
    seen = observe(index, x, scale, bias)
    alone = observe(index, x[:COUNTED], scale, bias)
    np.testing.assert_allclose(seen.y[:COUNTED], alone.y, rtol=1e-6, atol=1e-6)
    wild = observe(index, x.at[COUNTED:].multiply(100.0), scale, bias)
    np.testing.assert_array_equal(wild.y[:COUNTED], seen.y[:COUNTED])
    np.testing.assert_allclose(seen.y[COUNTED:], known(norm, order, activation, x, scale, bias), atol=3e-5)


def known(norm, order, activation, x, scale, bias):
    """The pair of the uncounted in numpy, with the batch's statistics of the counted."""
    act = activations.get(activation)
    if STANDARDIZATIONS[norm].axes != "batch":
        return plain_pair(norm, order, activation)(x[COUNTED:], scale, bias)
    u = np.asarray(x if order == "before" else act(x), np.float64)
    mean, variance = u[:COUNTED].mean(0), u[:COUNTED].var(0)
    z = (u[COUNTED:] - mean) / np.sqrt(variance + EPSILON) * np.asarray(scale) + np.asarray(bias)
    return act(z.astype(np.float32)) if order == "before" else z


def test_gradients_of_a_pair_laid_open_are_those_of_plain_autodiff():
    x, scale, bias, cotangent = drawn(6, 4, dtype=np.float32)
    index = index_of("tanh", "batch", "before", TABLE)

    def laid_open(*at):
        return switched_and_observed(index, *at, counted=6, table=TABLE).y

    ours = jax.jit(functools.partial(value_and_gradients, laid_open))(x, scale, bias, cotangent)
    plain = value_and_gradients(plain_pair("batch", "before", "tanh"), x, scale, bias, cotangent)
    assert_same(ours, plain, "float32")


@pytest.mark.parametrize("norm, order, activation", CROSSED_PAIRS)
def test_an_index_names_its_pair(norm, order, activation):
    index = index_of(activation, norm, order, TABLE)
    nothing = STANDARDIZATIONS["none"]
    first, act, second = (
        TABLE.first[index.first],
        TABLE.activations[index.activation],
        TABLE.second[index.second],
    )
    assert act is ACTIVATIONS[activation]
    expected = (STANDARDIZATIONS[norm], nothing) if order == "before" else (nothing, STANDARDIZATIONS[norm])
    assert (first, second) == expected
    assert NORMS[int(norm_of(index, TABLE))] == norm


def test_without_formulas_what_is_left_keeps_its_place_and_a_formula_is_no_norm():
    none, batch, layer = (fused.NORMS[name] for name in ("none", "batch", "layer"))
    column = (fused.NORMS["group"], batch, none, fused.NORMS["scale"], layer)
    table = fused.Table(column, TABLE.activations, (fused.NORMS["group"],))

    @jax.jit
    def left(first):
        return without_formulas(fused.Index(first, 1, 0), table)[0]

    kept = without_formulas(fused.Index(0, 1, 0), table)[1]
    assert kept == fused.Table((none, batch, layer), TABLE.activations, (none,))
    assert [int(left(jnp.asarray(place)).first) for place in range(5)] == [0, 1, 0, 0, 2]
    assert [int(entry) for entry in left(jnp.asarray(4))[1:]] == [1, 0]


def test_a_pair_that_is_not_in_the_table():
    with pytest.raises(
        ValueError, match=r"^index_of: norm must be one that a table can hold; got norm='evonorm_s0'; use one"
    ):
        index_of("relu", "evonorm_s0", "before", TABLE)
    with pytest.raises(ValueError, match=r"^table_of: norm must be one that a table can hold; got norm='x'"):
        table_of(("relu",), ("x",))
    with pytest.raises(
        ValueError, match="^index_of: order must be 'before' or 'after'; got 'first'; use one of"
    ):
        index_of("relu", "batch", "first", TABLE)
    with pytest.raises(ValueError, match="got 'rellu'; nearest: relu"):
        index_of("rellu", "batch", "before", TABLE)


def test_a_table_holds_what_was_named_in_the_registrys_order_and_at_least_two():
    assert [act.name for act in table_of(("tanh", "relu", "tanh")).activations] == ["relu", "tanh"]
    assert [act.name for act in table_of(("tanh",)).activations] == ["identity", "relu", "tanh"]
    assert [act.name for act in table_of(("relu",)).activations] == ["identity", "relu"]
    with pytest.raises(ValueError, match="got 'rellu'; nearest: relu"):
        table_of(("rellu",))


def test_a_pair_of_another_table_is_refused():
    words = (
        "^index_of: the pair must be in the table; got 'gelu', 'batch', 'before', and a table of relu, tanh "
        "with none, batch, layer, rms; "
        "use one of the table's, or make one with table_of that holds it$"
    )
    for activation in ("gelu", activations.get("gelu")):
        with pytest.raises(ValueError, match=words):
            index_of(activation, "batch", "before", table_of(("relu", "tanh")))
    with pytest.raises(ValueError, match="got 'relu', 'group', 'before', and a table of .* rms; use one of"):
        index_of("relu", "group", "before", TABLE)


def own(name, slope):
    """An activation that is in no registry: a straight line."""
    curve = activations.curve(name, lambda x: slope * x, lambda x: 0 * x + slope, lambda x: 0 * x)
    return dataclasses.replace(ACTIVATIONS["identity"], name=name, curve=curve, lipschitz=slope)


def test_a_table_takes_records_as_well_as_names_in_any_order():
    double, treble = own("double", 2.0), own("treble", 3.0)
    tables = [table_of(order) for order in itertools.permutations((treble, "tanh", double, "relu"))]
    assert set(tables) == {tables[0]}
    assert [act.name for act in tables[0].activations] == ["relu", "tanh", "double", "treble"]
    assert table_of((ACTIVATIONS["tanh"], "tanh", "relu")) == table_of(("relu", "tanh"))
    assert [act.name for act in table_of((double,)).activations] == ["identity", "relu", "double"]
    arguments = drawn(6, 4, dtype=np.float32)[:3]
    for activation in (double, treble):
        index = index_of(activation, "layer", "before", tables[0])
        expected, _ = norm_act(*arguments, norm="layer", activation=activation)
        assert_close(switched(index, *arguments, table=tables[0]), expected, tolerance("float32").value)


def test_records_that_a_table_could_not_tell_apart_or_are_none_are_refused():
    with pytest.raises(ValueError, match="^table_of: activations .* must differ in name; got 'double' twice"):
        table_of((own("double", 2.0), own("double", 2.5)))
    wrong: Any = abs
    for make in (lambda: table_of((wrong,)), lambda: index_of(wrong, "batch", "before", TABLE)):
        with pytest.raises(TypeError, match="must be a name or an Activation; got builtin_function"):
            make()
