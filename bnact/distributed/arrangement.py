"""How a population is laid out: over how many devices, how many lanes at once, batched or in turn."""

import math
from typing import Literal, NamedTuple

Way = Literal["vmap", "map"]
"""`vmap`: the lanes of a device are one batch; `map`: one follows the other."""


class Arrangement(NamedTuple):
    """The shape of one call of a compiled program; a population is trained in as many calls as it takes.

    Attributes:
      devices: that share the lanes of a call.
      at_once: lanes of one device in one call.
      way: how a device runs them.
    """

    devices: int
    at_once: int
    way: Way

    @property
    def block(self) -> int:
        """Lanes of one call."""
        return self.devices * self.at_once

    def calls(self, lanes: int) -> int:
        """How many calls train `lanes` runs; the last is filled up."""
        return -(-lanes // self.block)


class Rule(NamedTuple):
    """What is fastest for networks up to a width.

    Attributes:
      widest: width up to which the rule holds.
      way, at_once: as in `Arrangement`; of an accelerator the most at once.
    """

    widest: float
    way: Way
    at_once: int


CPU_RULES = (Rule(8, "vmap", 4), Rule(math.inf, "map", 1))
"""Of perceptrons on a CPU, by width.

Measured on 2026-11-23 by `python -m benchmarks.vmap_or_map`, microseconds of a lane's step in turn, as 4 and
as 16 at once: width 8 166, 87, 76; width 16 250, 176, 133; width 32 389, 318, 299; width 64 636, 504, 538. A
batch takes two to three times as long to compile, and a population that does not fill the last one wastes up
to a batch: ten runs of width 16 on two devices take 5 * 250 in turn and 2 * 4 * 176 in fours. So from there
on they go in turn.
"""

IMAGE_RULES = (Rule(math.inf, "map", 1),)
"""Of networks of images on a CPU: a batch of convolutions is a grouped one, which is many times slower."""

ACCELERATOR_RULES = (Rule(math.inf, "vmap", 256),)
"""Of everything on an accelerator; not measured."""


def arrangement_of(lanes: int, devices: int, platform: str, width: int, images: bool) -> Arrangement:
    """The layout of a population by what was measured.

    On a CPU the lanes of a call do not depend on the population's size, unless it is smaller than a call:
    populations of all sizes share one program, and a run has the same bits in all of them.

    Args:
      lanes: runs of the population, at least 1.
      devices: at hand.
      platform: of the devices, as jax names it.
      width: of the networks.
      images: whether they are convolutional networks or transformers, which take images.
    """
    rule = _rule(platform, width, images)
    at_once = rule.at_once if platform == "cpu" else min(rule.at_once, _power_of_two(-(-lanes // devices)))
    return Arrangement(min(devices, -(-lanes // at_once)), at_once, rule.way)


def smaller(arrangement: Arrangement) -> Arrangement | None:
    """The next layout that needs less memory: fewer devices, then fewer lanes at once; None if there is none.

    Fewer devices come first, as they change no bit of a run.
    """
    if arrangement.devices > 1:
        return arrangement._replace(devices=arrangement.devices // 2)
    if arrangement.at_once > 1:
        return arrangement._replace(at_once=arrangement.at_once // 2)
    return None


def _rule(platform: str, width: int, images: bool) -> Rule:
    rules = ACCELERATOR_RULES if platform != "cpu" else IMAGE_RULES if images else CPU_RULES
    return next(rule for rule in rules if width <= rule.widest)


def _power_of_two(number: int) -> int:
    """The smallest power of two that is not below the number: so that few sizes are compiled."""
    return 1 << (number - 1).bit_length()
