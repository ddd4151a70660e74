"""A norm and an activation, forward and backward: ours beside flax.nnx's and torch's, and beside a copy.

python -m benchmarks.fused_pair [batch layer rms group ...]

Ours is `bnact.nn.NormAct` under jit; flax's is its module of that norm and jax.nn's activation, once with its
defaults and once with the accurate variance that ours always has (use_fast_variance=False); torch's is eager,
channels last where there are images, with a thread for every allowed core, and left out where it is absent.
All run under the same allocator, which is printed. Each call computes y, the running averages of batch norm,
and the gradients of input, scale and bias for a given cotangent, float32.

The floor is the memory that must move, 3 tensors forward and 5 backward, at the speed of a copy measured in
the same rounds.
"""

import importlib.util
import math
import statistics
import sys
from collections.abc import Callable, Mapping

import jax
import jax.numpy as jnp
from flax import nnx

from benchmarks.norm_speed import Step, forward_and_backward
from benchmarks.timing import Seconds, begin, measured, ratio
from bnact import nn
from bnact.distributed import allowed_cores

SECONDS, FEWEST, MOST = 2.0, 7, 101
OURS, FLAX, ACCURATE, TORCH, COPY = "bnact", "flax", "flax, accurate", "torch", "copy"
SHAPES = {"in cache": (4096, 256), "out of cache": (128, 32, 32, 64)}
AGAINST_FLAX = {"in cache": 2.0, "out of cache": 1.7}
AGAINST_TORCH = {"in cache": 1.5, "out of cache": 1.0}
FLOOR_TENSORS, COPY_TENSORS, FLOOR_SHARE = 8, 2, 0.70
ACTIVATIONS: Mapping[str, Callable[[jax.Array], jax.Array]] = {
    "relu": jax.nn.relu,
    "gelu": lambda x: jax.nn.gelu(x, approximate=False),
    "silu": jax.nn.silu,
}
GROUPS = 32
FLAX_NORMS: Mapping[str, Callable[..., nnx.Module]] = {
    "batch": nnx.BatchNorm,
    "layer": nnx.LayerNorm,
    "rms": nnx.RMSNorm,
    "group": lambda features, **settings: nnx.GroupNorm(features, num_groups=GROUPS, **settings),
}
"""Of those beside batch norm, one activation is timed."""


class FlaxPair(nnx.Module):
    """What a user of flax writes."""

    def __init__(self, norm: nnx.Module, activation: Callable[[jax.Array], jax.Array]):
        self.norm, self.activation = norm, activation

    def __call__(self, x: jax.Array) -> jax.Array:
        """The activation of the norm of x."""
        return self.activation(self.norm(x))


def copying(x: jax.Array) -> Step:
    """Reads a tensor and writes another."""
    copy = jax.jit(lambda x, one: x * one)
    one = jnp.float32(1)
    return lambda: jax.block_until_ready(copy(x, one))


def torch_step(activation: str, x: jax.Array, cotangent: jax.Array) -> Step | None:
    """Batch norm and activation in torch, or None without it."""
    if importlib.util.find_spec("torch") is None:
        return None
    import numpy as np
    import torch  # pyright: ignore[reportMissingImports]

    torch.set_num_threads(len(allowed_cores()))
    given, pulled = (torch.from_numpy(np.array(each)) for each in (x, cotangent))
    if x.ndim > 2:  # features last in memory, and second by name
        given, pulled = (each.permute(0, 3, 1, 2) for each in (given, pulled))
    given.requires_grad_()
    norm = {2: torch.nn.BatchNorm1d, 4: torch.nn.BatchNorm2d}[x.ndim](x.shape[-1])
    activated = getattr(torch.nn.functional, activation)
    parameters = (given, norm.weight, norm.bias)

    def step() -> object:
        y = activated(norm(given))
        return y, torch.autograd.grad(y, parameters, pulled)

    return step


def candidates(norm: str, activation: str, x: jax.Array, cotangent: jax.Array) -> dict[str, Step]:
    """What is timed in turn."""
    features, made, phi = x.shape[-1], FLAX_NORMS[norm], ACTIVATIONS[activation]
    pairs: dict[str, nnx.Module] = {
        OURS: nn.NormAct(features, norm, activation),
        FLAX: FlaxPair(made(features, rngs=nnx.Rngs(0)), phi),
        ACCURATE: FlaxPair(made(features, use_fast_variance=False, rngs=nnx.Rngs(0)), phi),
    }
    steps = {name: forward_and_backward(pair, x, cotangent) for name, pair in pairs.items()}
    theirs = torch_step(activation, x, cotangent) if norm == "batch" else None
    return steps | ({} if theirs is None else {TORCH: theirs}) | {COPY: copying(x)}


def times(seconds: Seconds, other: str, promised: float | None) -> str:
    """How many times as long the other took, its spread over the rounds, and whether that was promised."""
    found = ratio(seconds, other, OURS)
    short = (
        "" if promised is None else f", promised {promised}{'' if found.middle >= promised else ' MISSED'}"
    )
    return f"{other} {found.middle:.2f} times ({found.lowest:.2f} to {found.highest:.2f}{short})"


def row(label: str, size: str, seconds: Seconds, promises: bool) -> None:
    """Prints the medians, the ratios and the share of the floor."""
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    share = FLOOR_TENSORS / COPY_TENSORS * medians[COPY] / medians[OURS]
    shown = ", ".join(f"{name} {1e3 * median:.2f} ms" for name, median in medians.items())
    print(f"{label}, {len(seconds[OURS])} rounds: {shown}")
    against = {FLAX: AGAINST_FLAX[size], ACCURATE: None, TORCH: AGAINST_TORCH[size]}
    for other, promised in against.items():
        if other in seconds:
            print(f"    {times(seconds, other, promised if promises else None)}")
    wanted = f", promised {FLOOR_SHARE:.0%}{'' if share >= FLOOR_SHARE else ' MISSED'}" if promises else ""
    print(f"    {share:.0%} of the floor{wanted}", flush=True)


def main(names: list[str]) -> None:
    """Times the named norms, all if none is named: batch norm with three activations, the others with one."""
    begin("torch")
    print("float32, forward and backward, medians; spread: first and last tenth of the rounds")
    for norm in names or FLAX_NORMS:
        for size, shape in SHAPES.items():
            x, cotangent = (jax.random.normal(key, shape) for key in jax.random.split(jax.random.key(0)))
            for activation in ACTIVATIONS if norm == "batch" else ("gelu",):
                seconds = measured(candidates(norm, activation, x, cotangent), SECONDS, FEWEST, MOST)
                megabytes = 4 * math.prod(shape) / 1e6
                label = f"{norm} + {activation}, {size} {shape}, {megabytes:.0f} MB a tensor"
                row(label, size, seconds, promises=norm == "batch")


if __name__ == "__main__":
    main(sys.argv[1:])
