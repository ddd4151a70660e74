"""Every activation that jax.nn has too, beside jax.nn's: value, and value with gradient, under jit.

python -m benchmarks.activation_speed [name ...]
"""

import functools
import statistics
import sys
from collections.abc import Callable, Mapping

import jax
import jax.numpy as jnp

from benchmarks.timing import seconds_of
from bnact.activations import ACTIVATIONS
from bnact.types import Array

SIZE = 2**24
ROUNDS = 11
PROMISED = 1.10
OURS, THEIRS = "bnact", "jax.nn"

Function = Callable[[Array], Array]

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


def value_and_gradient(fn: Function) -> Callable[[Array], tuple[Array, Array]]:
    """The sum of the function over an array, and the sum's gradient."""
    return jax.value_and_grad(lambda x: jnp.sum(fn(x)))


def compared(ours: Callable[[Array], object], theirs: Callable[[Array], object], x: Array) -> dict[str, list]:
    """Seconds of both, compiled and called once before, in turn."""

    def timed(fn: Callable[[Array], object]) -> Callable[[], object]:
        compiled = jax.jit(fn)
        jax.block_until_ready(compiled(x))
        return lambda: jax.block_until_ready(compiled(x))

    return seconds_of({OURS: timed(ours), THEIRS: timed(theirs)}, ROUNDS)


def row(name: str, what: str, seconds: Mapping[str, list[float]]) -> str:
    """Medians in milliseconds, their ratio, and the lowest and highest ratio within a round."""
    ours, theirs = (statistics.median(seconds[side]) for side in (OURS, THEIRS))
    ratios = [a / b for a, b in zip(seconds[OURS], seconds[THEIRS], strict=True)]
    return (
        f"  {name:16}{what:20}{1e3 * ours:9.1f}{1e3 * theirs:9.1f}{ours / theirs:8.2f}"
        f"   {min(ratios):.2f} to {max(ratios):.2f}"
    )


def main(names: list[str]) -> None:
    """Times the named activations, all that both have if none is named."""
    x = jax.random.normal(jax.random.key(0), (SIZE,))
    print(f"{SIZE} float32 values on {jax.devices()[0].device_kind}, jax {jax.__version__}, {ROUNDS} rounds")
    print(f"  {'activation':16}{'what':20}{OURS + ' ms':>9}{THEIRS + ' ms':>9}{'ratio':>8}   in a round")
    for name in names or [name for name in PEERS if name in ACTIVATIONS]:
        ours, theirs = ACTIVATIONS[name], PEERS[name]
        print(row(name, "value", compared(ours, theirs, x)), flush=True)
        both = compared(value_and_gradient(ours), value_and_gradient(theirs), x)
        print(row(name, "value and gradient", both), flush=True)
    print(f"  promised: at most {PROMISED:.2f}")


if __name__ == "__main__":
    main(sys.argv[1:])
