"""A convolution's value and gradients inside a scan: ours, and XLA's own inside and outside of the loop.

python -m benchmarks.convolution_in_loops

A network is some equal layers, tanh(convolution). "inside" runs through them by `lax.scan`, "outside" writes
them one after another. Vmapped: the same for several networks at once, each with kernels of its own.
"""

import statistics
from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax import lax

from benchmarks.timing import begin, measured, ratio
from bnact.nn.convolved import convolved, natively
from bnact.types import Array

LAYERS, MEMBERS = 3, 4
SHAPES = {"small": (32, 8, 8, 16), "large": (16, 32, 32, 16)}
SECONDS, FEWEST, MOST = 6.0, 3, 21
PROMISED = 1.0
OURS, INSIDE, OUTSIDE = "ours, inside", "XLA's, inside", "XLA's, outside"

Step = Callable[[Array, Array], object]


def scanned(layer: Callable[[Array, Array], Array]) -> Callable[[Array, Array], Array]:
    """The loss of the layers in a scan."""

    def loss(kernels: Array, x: Array) -> Array:
        return jnp.sum(lax.scan(lambda x, kernel: (layer(x, kernel), None), x, kernels)[0] ** 2)

    return loss


def written_out(layer: Callable[[Array, Array], Array]) -> Callable[[Array, Array], Array]:
    """The loss of the layers one after another."""

    def loss(kernels: Array, x: Array) -> Array:
        for kernel in kernels:
            x = layer(x, kernel)
        return jnp.sum(x**2)

    return loss


def ours(x: Array, kernel: Array) -> Array:
    """A layer of ours."""
    return jnp.tanh(convolved(x, kernel, 1))


def theirs(x: Array, kernel: Array) -> Array:
    """The same by XLA's convolution."""
    return jnp.tanh(natively(x, kernel, 1))


LOSSES = {OURS: scanned(ours), INSIDE: scanned(theirs), OUTSIDE: written_out(theirs)}


def seconds_at(shape: tuple[int, ...], members: int) -> dict[str, list[float]]:
    """Seconds of each in turn, compiled before, in about the time given."""
    keys = jax.random.split(jax.random.key(0))
    channels = shape[-1]
    kernels = jax.random.normal(keys[0], (members, LAYERS, 3, 3, channels, channels)) / (9 * channels) ** 0.5
    x = jax.random.normal(keys[1], (members, *shape))
    if members == 1:
        kernels, x = kernels[0], x[0]

    def run(loss: Callable[[Array, Array], Array]) -> Callable[[], object]:
        gradient = jax.value_and_grad(loss, (0, 1))
        program = jax.jit(gradient if members == 1 else jax.vmap(gradient))
        return lambda: jax.block_until_ready(program(kernels, x))

    runs = {name: run(loss) for name, loss in LOSSES.items()}
    return measured(runs, SECONDS, FEWEST, MOST)


def main() -> None:
    """Times all three in turn, at two sizes, alone and vmapped."""
    begin()
    print(f"float32 on {jax.devices()[0].device_kind}, {LAYERS} layers, milliseconds")
    print(f"  {'':30}" + "".join(f"{name:>16}" for name in LOSSES) + "   ours / outside   inside / ours")
    for members in (1, MEMBERS):
        for size, shape in SHAPES.items():
            seconds = seconds_at(shape, members)
            medians = {name: statistics.median(values) for name, values in seconds.items()}
            found = ratio(seconds, OURS, OUTSIDE)
            label = f"{size} {shape}" + (f", {members} vmapped" if members > 1 else "")
            print(
                f"  {label:30}"
                + "".join(f"{1e3 * median:16.2f}" for median in medians.values())
                + f"{found.middle:8.2f} ({found.lowest:.2f}-{found.highest:.2f})"
                + f"{medians[INSIDE] / medians[OURS]:10.1f}{'   ABOVE' if found.middle > PROMISED else ''}",
                flush=True,
            )
    print(f"  promised: inside of a loop at most {PROMISED:.2f} times XLA's outside; ABOVE where it is not")


if __name__ == "__main__":
    main()
