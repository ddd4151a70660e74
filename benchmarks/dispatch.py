"""What lies between two steps: ten blocks of Linear and BatchNorm, one step a dispatch or fifty.

python -m benchmarks.dispatch

All do the same steps of stochastic gradient descent with momentum, on the same batches, in float32:
  nnx.jit: `nnx.value_and_grad` and `nnx.Optimizer` under `nnx.jit`.
  nnx.cached_partial: the same, the module's structure looked up once.
  ours, one: `bnact.nn.compiled_steps`, one step a call.
  ours, fifty: the same, fifty steps a call.
Compilation is not counted.
"""

import statistics
from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp
import optax
from flax import nnx

from benchmarks.timing import begin, ratio, warm_seconds_of
from bnact import nn
from bnact.types import Array

BLOCKS, BATCH, STEPS, ROUNDS = 10, 32, 50, 7
WIDTHS = (16, 256)
OPTIMIZER = optax.sgd(1e-3, momentum=0.9)
NNX, CACHED, ONE, FIFTY = "nnx.jit", "nnx.cached_partial", "ours, one", f"ours, {STEPS}"


class Network(nnx.Module):
    """A user's own network of flax's parts."""

    def __init__(self, width: int):
        """Makes the blocks."""
        rngs = nnx.Rngs(0)
        self.maps = nnx.List(nnx.Linear(width, width, rngs=rngs) for _ in range(BLOCKS))
        self.norms = nnx.List(nnx.BatchNorm(width, rngs=rngs) for _ in range(BLOCKS))

    def __call__(self, x: Array) -> Array:
        """Every block in turn."""
        for map, norm in zip(self.maps, self.norms, strict=True):
            x = nnx.relu(norm(map(x)))
        return x


def loss(network: Network, batch: Array) -> Array:
    """Something to descend."""
    return jnp.mean(jnp.square(network(batch) - batch))


def nnx_steps(width: int, batches: Sequence[Array], cached: bool) -> Callable[[], object]:
    """The usual loop."""
    network = Network(width)
    optimizer = nnx.Optimizer(network, OPTIMIZER, wrt=nnx.Param)

    @nnx.jit
    def step(network: Network, optimizer: nnx.Optimizer, batch: Array) -> Array:
        value, gradient = nnx.value_and_grad(loss)(network, batch)
        optimizer.update(network, gradient)
        return value

    called = nnx.cached_partial(step, network, optimizer) if cached else None

    def run() -> None:
        value = None
        for batch in batches:
            value = step(network, optimizer, batch) if called is None else called(batch)
        jax.block_until_ready(value)

    return run


def our_steps(width: int, batches: Array, at_once: int) -> Callable[[], object]:
    """`compiled_steps`, so many in a call."""
    network = Network(width)
    steps = nn.compiled_steps(network, OPTIMIZER, loss)
    parts = jnp.split(batches, len(batches) // at_once)
    progress = steps.start(network)

    def run() -> None:
        nonlocal progress
        losses = None
        for part in parts:
            progress, losses = steps.advance(progress, part)
        jax.block_until_ready(losses)

    return run


def main() -> None:
    """Times all four in turn at both widths."""
    begin()
    print(f"float32 on {jax.devices()[0].device_kind}, {BLOCKS} blocks, batch {BATCH}")
    for width in WIDTHS:
        batches = jax.random.normal(jax.random.key(0), (STEPS, BATCH, width))
        runs = {
            NNX: nnx_steps(width, list(batches), cached=False),
            CACHED: nnx_steps(width, list(batches), cached=True),
            ONE: our_steps(width, batches, 1),
            FIFTY: our_steps(width, batches, STEPS),
        }
        seconds = warm_seconds_of(runs, ROUNDS)
        print(
            f"  width {width}, milliseconds a step, medians; nnx.jit over each, lowest and highest of a round"
        )
        for name, values in seconds.items():
            gain = ratio(seconds, NNX, name)
            each = 1e3 * statistics.median(values) / STEPS
            print(
                f"  {name:20}{each:9.3f}{gain.middle:9.2f}   {gain.lowest:.2f} to {gain.highest:.2f}",
                flush=True,
            )
    print("  no ratio is promised: it fades where a step is bound by its arithmetic")


if __name__ == "__main__":
    main()
