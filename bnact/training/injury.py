"""Deliberate injuries: how a study kills units, to see which come back."""

import math
from typing import NamedTuple

import jax.numpy as jnp

from bnact.nn import SwitchNetwork
from bnact.types import Array

from .setting import Kill


class Injury(NamedTuple):
    """What is done to a fresh network; zeros and a factor of one do nothing.

    Attributes:
      bias: added to the linear map's bias of every second unit of every hidden layer.
      shift: added to the norm's own bias of the same units, times the square root of the places that an
        example of the network's input has: so many times as many values a batch norm's statistic is of.
      first_step: factor on the first step's change of the weights.
    """

    bias: float | Array
    shift: float | Array
    first_step: float | Array


INJURIES: dict[Kill, Injury] = {
    "none": Injury(bias=0.0, shift=0.0, first_step=1.0),
    # Ten standard deviations of a unit's input: no example of any size of batch in use reaches zero.
    "bias": Injury(bias=-10.0, shift=0.0, first_step=1.0),
    # Of n values no normalized one is above sqrt(n - 1), and n is batch size times places. So up to a batch
    # of 100 none can reach zero; 101 without places.
    "shift": Injury(bias=0.0, shift=-10.0, first_step=1.0),
    "step": Injury(bias=0.0, shift=0.0, first_step=300.0),
}


def injure(network: SwitchNetwork, injury: Injury) -> None:
    """Adds the injury's `bias` and `shift` to every second unit of every linear map that a pair follows."""
    shift = injury.shift * math.sqrt(math.prod(network.input_shape[:-1]))
    for block in network.blocks():
        for bias, added in ((block.linear.bias, injury.bias), (block.norm_act.bias, shift)):
            assert bias is not None, "a block's linear map has a bias under every norm"
            value = bias[...]
            is_hit = jnp.broadcast_to(jnp.arange(value.shape[-1]) % 2 == 0, value.shape)
            bias[...] = jnp.where(is_hit, value + added, value)
