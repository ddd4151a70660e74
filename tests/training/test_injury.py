"""An injury hits every second hidden unit, in the way its name says, and nothing else."""

import typing

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from bnact import nn
from bnact.fused import index_of, table_of
from bnact.training import INJURIES, Injury, Kill
from bnact.training.architectures import Size, architecture_of
from bnact.training.injury import injure

TABLE = table_of(("relu",))


def design(index):
    return nn.Design(lambda features: nn.SwitchNormAct(features, index, TABLE), nn.normal_with_gain(1.0))


@pytest.fixture(scope="module")
def parts():
    index = index_of("relu", "batch", "before", TABLE)
    return nn.fresh(
        lambda rngs: architecture_of("mlp").network(Size(3, None, 2, width=5, depth=3), design(index), rngs),
        jax.random.key(0),
    )


def injured(parts, injury):
    return nnx.merge(*nn.result_and_parts(parts, lambda network: injure(network, injury))[1])


@pytest.mark.parametrize("kill", [kill for kill in INJURIES if kill in ("none", "step")])
def test_these_leave_a_fresh_network_alone(parts, kill):
    jax.tree.map(np.testing.assert_array_equal, nn.pure(injured(parts, INJURIES[kill])).params, parts.params)


@pytest.mark.parametrize("bias, shift", [(-10.0, 0.0), (0.0, -7.0), (1.0, 2.0)])
def test_every_second_unit_of_every_hidden_layer_is_hit(parts, bias, shift):
    network = injured(parts, Injury(jnp.float32(bias), jnp.float32(shift), 1.0))
    pattern = np.asarray([1.0, 0.0, 1.0, 0.0, 1.0])
    first, stacked = network.blocks()
    np.testing.assert_array_equal(first.linear.bias[...], bias * pattern)
    np.testing.assert_array_equal(first.norm_act.bias[...], shift * pattern)
    np.testing.assert_array_equal(stacked.linear.bias[...], np.tile(bias * pattern, (2, 1)))
    np.testing.assert_array_equal(stacked.norm_act.bias[...], np.tile(shift * pattern, (2, 1)))
    np.testing.assert_array_equal(network.body.readout.bias[...], 0)
    before = nnx.merge(*parts)
    for one, other in zip(network.blocks(), before.blocks(), strict=True):
        np.testing.assert_array_equal(one.linear.kernel[...], other.linear.kernel[...])
        np.testing.assert_array_equal(one.norm_act.scale[...], 1)


def test_every_kill_has_its_injury():
    assert tuple(INJURIES) == typing.get_args(Kill)
    assert INJURIES["none"] == Injury(0.0, 0.0, 1.0)
    assert [INJURIES[kill].bias < 0 for kill in INJURIES] == [False, True, False, False]
    assert [INJURIES[kill].shift < 0 for kill in INJURIES] == [False, False, True, False]
    assert [INJURIES[kill].first_step > 1 for kill in INJURIES] == [False, False, False, True]


@pytest.mark.parametrize("name, image_shape, places", [("mlp", None, 1), ("conv_net", (8, 8, 1), 64)])
def test_a_shift_is_beyond_every_value_that_a_batch_of_a_hundred_can_have(name, image_shape, places):
    design_of = design(index_of("relu", "batch", "before", TABLE))
    size = Size(64, image_shape, 2, width=4, depth=2)
    parts = nn.fresh(lambda rngs: architecture_of(name).network(size, design_of, rngs), jax.random.key(0))
    for block in injured(parts, INJURIES["shift"]).blocks():
        least = np.sort(np.unique(block.norm_act.bias[...]))
        np.testing.assert_array_equal(least, [-10 * places**0.5, 0])
        # One value that differs from all others of a statistic is the largest that there can be.
        assert least[0] < -np.sqrt(100 * places - 1)
