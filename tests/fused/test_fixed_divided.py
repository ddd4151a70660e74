"""The rule for every norm with a batch divided: over a mapped axis, and over devices."""

import functools

import jax
import pytest
from jax.sharding import AxisType, NamedSharding, PartitionSpec

from tests.fused.one_after_the_other import (
    POSITIONS,
    assert_results_close,
    drawn,
    results,
    some_mask,
    the_two,
)
from tests.fused.references import ORDERS
from tests.normalizations.every_norm import made

DIVIDED = ("batch", "mean_only_batch")


@pytest.mark.parametrize("norm, order", [(norm, order) for norm in DIVIDED for order in ORDERS])
def test_microbatches_of_a_mapped_axis_are_one_batch(norm, order):
    used, mask = made(norm), some_mask(norm)
    at, cotangent = drawn(used, "prelu", 8, *POSITIONS, mean=100.0)
    expected = results(the_two(used, order, "prelu", mask)[0], at, cotangent)

    def divided(x, params, learned):
        def member(x, mask):
            rule, _ = the_two(used, order, "prelu", mask, "parts")
            return rule(x, params, learned)

        parts = (each.reshape(4, 2, *x.shape[1:]) for each in (x, mask))
        y, state = jax.vmap(member, axis_name="parts")(*parts)
        return y.reshape(x.shape), jax.tree.map(lambda leaf: leaf[0], state)

    assert_results_close(jax.jit(functools.partial(results, divided))(at, cotangent), expected, 1e-4)


@pytest.mark.parametrize(
    "axis_type, check_vma", [(AxisType.Auto, True), (AxisType.Auto, False), (AxisType.Explicit, True)]
)
@pytest.mark.parametrize("norm, order", [("batch", "before"), ("mean_only_batch", "after")])
def test_divided_over_devices_is_one_batch(norm, order, axis_type, check_vma):
    used, mask = made(norm), some_mask(norm)
    at, cotangent = drawn(used, "prelu", 8, *POSITIONS)
    expected = results(the_two(used, order, "prelu", mask)[0], at, cotangent)
    mesh = jax.make_mesh((8,), ("devices",), axis_types=(axis_type,))

    def member(x, mask, params, learned):
        return the_two(used, order, "prelu", mask, "devices")[0](x, params, learned)

    split, whole = PartitionSpec("devices"), PartitionSpec()
    specs = {"in_specs": (split, split, whole, whole), "out_specs": (split, whole), "check_vma": check_vma}

    @jax.jit
    def together(x, rest, mask, cotangent):
        def divided(x, params, learned):
            return jax.shard_map(member, mesh=mesh, **specs)(x, mask, params, learned)

        return results(divided, (x, *rest), cotangent)

    with jax.set_mesh(mesh):
        placed = NamedSharding(mesh, split)
        x, counted, pulled = (jax.device_put(each, placed) for each in (at[0], mask, cotangent))
        found = together(x, at[1:], counted, pulled)
    assert_results_close(jax.device_get(found), jax.device_get(expected), 1e-4)
