"""What a compiled program does, read from its text."""

import math
import re

import jax

_COLLECTIVE = re.compile(r"= (.*?) (?:all-gather|all-reduce|all-to-all|collective-permute)(?:-start)?\(")


def most_exchanged(program):
    """The most numbers of one array that devices send each other at once; 0 where they send nothing."""
    results = " ".join(_COLLECTIVE.findall(program.as_text()))
    shapes = re.findall(r"\w+\[([\d,]*)\]", results)
    return max((math.prod(int(size) for size in shape.split(",") if size) for shape in shapes), default=0)


def sums_over_members(function, *given):
    """How often a function, as it is written, has devices sum over each other."""
    return jax.jit(function).lower(*given).as_text().count('"stablehlo.all_reduce"')
