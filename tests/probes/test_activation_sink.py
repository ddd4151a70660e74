"""What a sink takes in is what the probes say of the arrays themselves."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.sharding import AxisType, NamedSharding, PartitionSpec

from bnact import probes
from bnact.probes import activation_sink
from tests.compiled import most_exchanged

RIGHT = activation_sink._of_units
X = jnp.asarray(np.random.default_rng(0).normal(size=(16, 4)), jnp.float32) - jnp.array(
    [[0.0, 1.0, 9.0, -1.0]]
)
LARGEST = 1.0


def slope(x):
    return jnp.where(x > 0, 1.0, 0.0)


def layer(x, sink):
    return jax.nn.relu(probes.with_activation_sink(x, sink, x, slope, LARGEST))


def loss(x, sink):
    return jnp.sum(jnp.sin(layer(x, sink)))


def sums_of(x, room=4):
    return jax.grad(loss, 1)(x, probes.no_sums(room))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda values, room: RIGHT(values[1:], room),
        lambda values, room: RIGHT(values, room).at[0].multiply(2),
        lambda values, room: jnp.roll(RIGHT(values, room), 1),
    ],
    ids=["one example lost", "one unit twice", "units mixed up"],
)
def test_a_wrong_sum_is_caught(wrong, monkeypatch):
    the_numbers_of_each_unit()
    monkeypatch.setattr(activation_sink, "_of_units", wrong)
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        the_numbers_of_each_unit()


def the_numbers_of_each_unit():
    sums = sums_of(X)
    gradient = jax.grad(lambda x: jnp.sum(jnp.sin(jax.nn.relu(x))))(X)
    wanted = (jnp.ones_like(X), slope(X), slope(X) == 0, X, X**2, gradient**2)
    for found, each in zip(sums[: len(wanted)], wanted, strict=True):
        np.testing.assert_allclose(found, np.sum(np.asarray(each, np.float64), 0), rtol=1e-5)


def test_the_numbers_are_those_of_the_single_probes():
    seen = probes.activity(sums_of(X))
    gradient = jax.grad(lambda x: jnp.sum(jnp.sin(jax.nn.relu(x))))(X)
    np.testing.assert_allclose(seen.gradient, jnp.sqrt(jnp.mean(jnp.square(gradient))), rtol=1e-5)
    np.testing.assert_allclose(seen.mean, jnp.mean(X), rtol=1e-5)
    np.testing.assert_allclose(seen.variance, jnp.var(X), rtol=1e-4)
    np.testing.assert_allclose(seen.dead, probes.dead(slope(X)))
    assert seen.dead == 0.25
    np.testing.assert_allclose(seen.saturated, probes.saturated(slope(X), LARGEST))


def test_values_and_gradients_are_untouched():
    def plain(x):
        return jnp.sum(jnp.sin(jax.nn.relu(x)))

    one = jax.value_and_grad(loss)(X, probes.no_sums(4))
    jax.tree.map(np.testing.assert_array_equal, one, jax.value_and_grad(plain)(X))


def test_sums_of_parts_add():
    parts = jax.tree.map(lambda *fields: sum(fields), *map(sums_of, jnp.split(X, 4)))
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5), parts, sums_of(X))


def test_places_without_a_unit_change_nothing():
    jax.tree.map(
        lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-6),
        probes.activity(sums_of(X, room=7)),
        probes.activity(sums_of(X)),
    )


def test_under_jit_scan_and_remat_every_layer_has_its_own():
    def scanned(sinks, x):
        return jnp.sum(
            jax.lax.scan(lambda x, sink: (jax.checkpoint(layer)(0.5 * x, sink), None), x, sinks)[0]
        )

    seen = probes.activity(jax.jit(jax.grad(scanned))(probes.no_sums(3, 4), jnp.abs(X)))
    np.testing.assert_allclose(seen.gradient, [0.25, 0.5, 1.0], rtol=1e-5)
    np.testing.assert_allclose(
        seen.mean, float(jnp.mean(jnp.abs(X))) * np.array([0.5, 0.25, 0.125]), rtol=1e-5
    )
    assert probes.no_sums(3, 4).examples.shape == (3, 4)


def test_a_layer_of_nan_has_no_share():
    seen = probes.activity(sums_of(X.at[0, 0].set(jnp.nan)))
    assert np.isnan([seen.dead, seen.saturated, seen.mean]).all()


@pytest.mark.parametrize("size", [1e-37, 1e-30, 1e-22, 1e-19, 1e-10, 1.0, 1e10, 1e17])
def test_gradients_of_every_size_are_seen(size):
    def sized(sink):
        return jnp.sum(jnp.float32(size) * layer(jnp.abs(X), sink))

    sums = jax.grad(sized)(probes.no_sums(4))
    np.testing.assert_allclose(probes.activity(sums).gradient, size, rtol=1e-5)
    both = jax.tree.map(jnp.add, sums, sums_of(X))  # beside ordinary ones, those of another microbatch
    expected = np.sqrt((size**2 + float(probes.activity(sums_of(X)).gradient) ** 2) / 2)
    np.testing.assert_allclose(probes.activity(both).gradient, expected, rtol=1e-5)


def test_nothing_seen_is_nan():
    assert all(np.isnan(field) for field in probes.activity(probes.no_sums(4)))


@pytest.mark.parametrize("check_vma", [True, False])
def test_devices_add_up(check_vma):
    mesh = jax.make_mesh((8,), ("batch",), axis_types=(AxisType.Auto,))
    parts, whole = PartitionSpec("batch"), PartitionSpec()
    divided = jax.shard_map(layer, mesh=mesh, in_specs=(parts, whole), out_specs=parts, check_vma=check_vma)
    sums = jax.grad(lambda sink: jnp.sum(jnp.sin(divided(X, sink))))(probes.no_sums(4))
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5), sums, sums_of(X))


@pytest.mark.parametrize("spec", [PartitionSpec("over", None), PartitionSpec(None, "over")], ids=str)
@pytest.mark.parametrize("axis_type", [AxisType.Auto, AxisType.Explicit])
def test_divided_arrays_are_not_gathered(axis_type, spec):
    mesh = jax.make_mesh((4,), ("over",), axis_types=(axis_type,))
    with jax.set_mesh(mesh):
        x = jax.device_put(X, NamedSharding(mesh, spec))
        program = jax.jit(lambda x: jax.grad(loss, 1)(x, probes.no_sums(4))).lower(x).compile()
        sums = program(x)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5), sums, sums_of(X))
    assert most_exchanged(program) < X.size


def test_nothing_of_the_inputs_size_is_kept_for_it():
    x = X.astype(jnp.float32)
    _, pull = jax.vjp(lambda x, s: probes.with_activation_sink(x, s, x, slope, LARGEST), x, probes.no_sums(4))
    assert sum(leaf.size for leaf in jax.tree.leaves(pull)) < X.size


def test_the_sums_stand_in_a_branch_on_a_cpu_alone():
    gradient = jax.jit(jax.grad(loss, 1)).trace(X, probes.no_sums(4))
    cpu, gpu = (gradient.lower(lowering_platforms=(platform,)) for platform in ("cpu", "cuda"))
    # The choice of the platform itself is written as branches too, of a constant, in both.
    assert cpu.as_text().count("stablehlo.case") == gpu.as_text().count("stablehlo.case") + 1
    assert str(cpu.compile().as_text()).count(" conditional(") == 1


@pytest.mark.parametrize("room", [(3,), (2, 4), ()])
def test_a_sink_without_a_place_for_each_unit_is_refused(room):
    with pytest.raises(ValueError, match="the sink must have a place for each of the 4 units; got shape"):
        layer(X, probes.no_sums(*room))


def test_integers_are_refused():
    x = jnp.ones((2, 4), jnp.int32)
    with pytest.raises(TypeError, match="x must be real floating; got int32"):
        probes.with_activation_sink(x, probes.no_sums(4), x, slope, 1.0)
