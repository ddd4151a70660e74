"""Seconds, measured: of activations, and of training steps."""

import dataclasses
import time
from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp
import numpy as np

from bnact import data
from bnact.activations import ACTIVATIONS
from bnact.fused import index_of, table_of
from bnact.studies import Pair
from bnact.training import Setting, arrangement_for, cell_data, compiled_program, examples, stacked_lanes
from experiments.initialization import gain

from .timed import ARCHITECTURE, BATCH_SIZE, DATA, DEPTH, WIDTH

SHAPE = (64, 64)
APPLICATIONS = 200
"""Inside one program: a call of its own would mostly be the way into the program and out of it."""
COUPLING = 1e-6
"""Of an application's outcome, added to the next one's input: so none can be left out."""
OBSERVED = 2
SHORT, LONG = 41, 241
"""Steps of two runs, whose difference in time is that of steps alone: nothing of what a run looks at.

So short a run that several points fall on its start would look there several times.
"""
REPEATS, CALLS = 5, 3


def seconds_of_activations(names: Sequence[str]) -> tuple[dict[str, float], dict[str, float]]:
    """Seconds for the value, and for value and gradient, of activations on (64, 64) float32 numbers.

    Of one of many applications in a loop inside a program, with a multiplication and an addition that tie
    each to the one before.

    Args:
      names: of registered activations.

    Returns:
      Seconds for the value, and for both, by name.
    """
    x = jnp.asarray(np.random.RandomState(0).standard_normal(SHAPE), jnp.float32)
    value, gradient = {}, {}
    for name in names:
        fn = ACTIVATIONS[name]
        value[name] = least_seconds(_repeated(fn), x) / APPLICATIONS
        gradient[name] = least_seconds(_repeated(lambda x, fn=fn: _pulled_back(fn, x)), x) / APPLICATIONS
    return value, gradient


def _pulled_back(fn: Callable[[jax.Array], jax.Array], x: jax.Array) -> jax.Array:
    y, pull = jax.vjp(fn, x)
    return y + pull(y)[0]


def _repeated(fn: Callable[[jax.Array], jax.Array]) -> Callable[[jax.Array], jax.Array]:
    def applied(x: jax.Array) -> jax.Array:
        return jax.lax.fori_loop(0, APPLICATIONS, lambda _, last: fn(x + COUPLING * last), x)

    return jax.jit(applied)


def least_seconds(fn: Callable, *arguments: object, calls: int = CALLS) -> float:
    """Seconds of one call: the least, over repeats, of the mean over calls one after another."""
    jax.block_until_ready(fn(*arguments))
    found = []
    for _ in range(REPEATS):
        begin = time.perf_counter()
        jax.block_until_ready([fn(*arguments) for _ in range(calls)])
        found.append((time.perf_counter() - begin) / calls)
    return min(found)


def seconds_of_steps(pairs: Sequence[Pair]) -> tuple[float, ...]:
    """Seconds of one training step of each network, by the program that a study trains with.

    Every device trains one network, as in a study, of the size and on the task in `timed`.

    Args:
      pairs: the networks.

    Returns:
      Seconds, in their order; not positive where noise was larger than what was measured.
    """
    if not pairs:
        return ()
    dataset = data.load(DATA)
    table = table_of([pair.activation for pair in pairs])
    some = Setting(
        data=DATA,
        architecture=ARCHITECTURE,
        depth=DEPTH,
        width=WIDTH,
        batch_size=BATCH_SIZE,
        observed=OBSERVED,
    )
    layout = arrangement_for(some.program, jax.device_count())
    program = compiled_program(some.program, dataset, layout, table).program
    given, each = examples(dataset), stacked_lanes([some] * layout.block)

    def seconds(pair: Pair, steps: int) -> float:
        setting = dataclasses.replace(some, **pair._asdict(), steps=steps, gain=gain(pair.activation))
        cell = cell_data(setting, index_of(*pair, table))
        return least_seconds(program, (given, cell), each, calls=1)

    return tuple((seconds(pair, LONG) - seconds(pair, SHORT)) / (LONG - SHORT) for pair in pairs)
