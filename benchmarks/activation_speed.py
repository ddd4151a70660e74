"""Every activation that jax.nn has too, beside jax.nn's, under jit.

python -m benchmarks.activation_speed [name ...]

Three rows each. The first two are promised to take at most 1.1 times as long as jax.nn's:

value: y = f(x).
value and gradient: `y, pull = jax.vjp(f, x)`, then y and pull(cotangent), both arrays: what a layer computes.
gradient of a sum: `jax.value_and_grad` of the sum of f(x). Without a promise: XLA on a CPU fuses function and
  sum in ways that differ from case to case.

softmax and log_softmax are taken over rows of 128 and of 1024, of the same total size.
"""

import functools
import statistics
import sys
from collections.abc import Callable, Mapping

import jax
import jax.numpy as jnp

from benchmarks.timing import begin, ratio, warm_seconds_of
from bnact.activations import ACTIVATIONS, log_softmax, softmax
from bnact.types import Array

SIZE = 2**24
ROUNDS = 21
PROMISED = 1.10
OURS, THEIRS = "bnact", "jax.nn"

Function = Callable[[Array], Array]
Timed = Callable[[Array, Array], object]
Case = tuple[str, Function, Function, tuple[int, ...]]

PEERS: Mapping[str, Function] = {
    "identity": jax.nn.identity,
    "relu": jax.nn.relu,
    "relu6": jax.nn.relu6,
    "leaky_relu": jax.nn.leaky_relu,
    "elu": jax.nn.elu,
    "celu": jax.nn.celu,
    "selu": jax.nn.selu,
    "softplus": jax.nn.softplus,
    "squareplus": jax.nn.squareplus,
    "sigmoid": jax.nn.sigmoid,
    "log_sigmoid": jax.nn.log_sigmoid,
    "tanh": jax.nn.tanh,
    "soft_sign": jax.nn.soft_sign,
    "gelu": functools.partial(jax.nn.gelu, approximate=False),
    "gelu_tanh": functools.partial(jax.nn.gelu, approximate=True),
    "silu": jax.nn.silu,
    "mish": jax.nn.mish,
    "hard_sigmoid": jax.nn.hard_sigmoid,
    "hard_tanh": jax.nn.hard_tanh,
    "hard_silu": jax.nn.hard_silu,
    "sparse_plus": jax.nn.sparse_plus,
    "sparse_sigmoid": jax.nn.sparse_sigmoid,
}

ROWS: Mapping[str, tuple[Function, Function]] = {
    "softmax": (softmax, jax.nn.softmax),
    "log_softmax": (log_softmax, jax.nn.log_softmax),
}
LENGTHS = (128, 1024)


def value(fn: Function) -> Timed:
    """The function alone."""
    return lambda x, cotangent: fn(x)


def value_and_gradient(fn: Function) -> Timed:
    """The function and its gradient for a given cotangent, both arrays."""

    def both(x: Array, cotangent: Array) -> tuple[Array, Array]:
        y, pull = jax.vjp(fn, x)
        return y, pull(cotangent)[0]

    return both


def gradient_of_sum(fn: Function) -> Timed:
    """The sum of the function over an array, and the sum's gradient."""
    pair = jax.value_and_grad(lambda x: jnp.sum(fn(x)))
    return lambda x, cotangent: pair(x)


WHAT: Mapping[str, Callable[[Function], Timed]] = {
    "value": value,
    "value and gradient": value_and_gradient,
    "gradient of a sum": gradient_of_sum,
}


def compared(ours: Timed, theirs: Timed, arrays: tuple[Array, Array]) -> dict[str, list[float]]:
    """Seconds of both, compiled and called before, in turn."""

    def timed(fn: Timed) -> Callable[[], object]:
        compiled = jax.jit(fn)
        return lambda: jax.block_until_ready(compiled(*arrays))

    runs = {OURS: timed(ours), THEIRS: timed(theirs)}
    return warm_seconds_of(runs, ROUNDS)


def row(name: str, what: str, seconds: Mapping[str, list[float]]) -> str:
    """Medians in milliseconds, their ratio, and the spread of the ratio over the rounds."""
    ours, theirs = (statistics.median(seconds[side]) for side in (OURS, THEIRS))
    found = ratio(seconds, OURS, THEIRS)
    return (
        f"  {name:17}{what:20}{1e3 * ours:9.1f}{1e3 * theirs:11.1f}{found.middle:8.2f}"
        f"   {found.lowest:.2f} to {found.highest:.2f}"
    )


def cases() -> dict[str, Case]:
    """What is compared: label, name, ours, theirs, and the shape of the input."""
    elementwise: dict[str, Case] = {
        name: (name, ACTIVATIONS[name], theirs, (SIZE,))
        for name, theirs in PEERS.items()
        if name in ACTIVATIONS
    }
    over_rows: dict[str, Case] = {
        f"{name} {length}": (name, ours, theirs, (SIZE // length, length))
        for name, (ours, theirs) in ROWS.items()
        for length in LENGTHS
    }
    return elementwise | over_rows


def main(names: list[str]) -> None:
    """Times the named activations, all that both have if none is named."""
    begin()
    print(f"{SIZE} float32 values on {jax.devices()[0].device_kind}, {ROUNDS} rounds")
    print(f"  {'activation':17}{'what':20}{OURS + ' ms':>9}{THEIRS + ' ms':>11}{'ratio':>8}   in a round")
    for label, (name, ours, theirs, shape) in cases().items():
        if names and name not in names:
            continue
        x, cotangent = (jax.random.normal(key, shape) for key in jax.random.split(jax.random.key(0)))
        for what, timed in WHAT.items():
            print(row(label, what, compared(timed(ours), timed(theirs), (x, cotangent))), flush=True)
    print(f"  promised for value, and value and gradient: at most {PROMISED:.2f}")


if __name__ == "__main__":
    main(sys.argv[1:])
