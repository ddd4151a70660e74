"""Every norm that flax.nnx has too, beside flax's, under jit: forward, and forward with backward.

python -m benchmarks.norm_speed [name ...]

Both modules are made with their defaults and differ in name alone. flax's default variance is the mean of the
squares less the square of the mean, which needs one pass less and loses the variance where the mean is large;
its accurate variance (use_fast_variance=False) is a column of its own. Ours is always accurate.

forward: y, and for batch norm its running averages.
forward and backward: these, and the gradients of input, scale and bias for a given cotangent, as arrays.
"""

import statistics
import sys
from collections.abc import Callable, Mapping

import jax
from flax import nnx

from benchmarks.timing import begin, measured, ratio
from bnact import nn

SECONDS, FEWEST, MOST = 3.0, 21, 1001
PROMISED = 1.00
OURS, THEIRS, ACCURATE = "bnact", "flax", "flax, accurate"

SHAPES = {
    "examples in cache": (4096, 256),
    "tokens": (16, 512, 768),
    "images": (128, 32, 32, 64),
}
MODULES: Mapping[str, tuple[type[nnx.Module], type[nnx.Module]]] = {
    "BatchNorm": (nn.BatchNorm, nnx.BatchNorm),
    "LayerNorm": (nn.LayerNorm, nnx.LayerNorm),
    "RMSNorm": (nn.RMSNorm, nnx.RMSNorm),
    "GroupNorm": (nn.GroupNorm, nnx.GroupNorm),
    "InstanceNorm": (nn.InstanceNorm, nnx.InstanceNorm),
}

Step = Callable[[], object]


def forward(module: nnx.Module, x: jax.Array, cotangent: jax.Array) -> Step:
    """One compiled call of the module, with what it remembers as an argument and a result."""
    graph, params, rest = nnx.split(module, nnx.Param, ...)

    @jax.jit
    def step(params, rest, x):
        merged = nnx.merge(graph, params, rest, copy=True)
        y = merged(x)
        return y, nnx.state(merged, nnx.BatchStat)

    return lambda: jax.block_until_ready(step(params, rest, x))


def forward_and_backward(module: nnx.Module, x: jax.Array, cotangent: jax.Array) -> Step:
    """The same, and the gradients for the cotangent."""
    graph, params, rest = nnx.split(module, nnx.Param, ...)

    @jax.jit
    def step(params, rest, x, cotangent):
        def applied(params, x):
            merged = nnx.merge(graph, params, rest, copy=True)
            return merged(x), nnx.state(merged, nnx.BatchStat)

        y, pull, remembered = jax.vjp(applied, params, x, has_aux=True)
        return y, remembered, pull(cotangent)

    return lambda: jax.block_until_ready(step(params, rest, x, cotangent))


WHAT = {"forward": forward, "forward and backward": forward_and_backward}


def candidates(name: str, features: int) -> dict[str, nnx.Module]:
    """Our module, flax's, and flax's with the accurate variance."""
    ours, theirs = MODULES[name]
    return {
        OURS: ours(features, rngs=nnx.Rngs(0)),
        THEIRS: theirs(features, rngs=nnx.Rngs(0)),
        ACCURATE: theirs(features, use_fast_variance=False, rngs=nnx.Rngs(0)),
    }


def row(label: str, seconds: Mapping[str, list[float]]) -> str:
    """Medians in milliseconds, the ratios to flax, and the spread of the first over the rounds."""
    medians = {side: statistics.median(values) for side, values in seconds.items()}
    found = ratio(seconds, OURS, THEIRS)
    above = found.middle > PROMISED
    times = "".join(f"{1e3 * medians[side]:10.2f}" for side in (OURS, THEIRS, ACCURATE))
    return (
        f"  {label:54}{times}{found.middle:8.2f}{ratio(seconds, OURS, ACCURATE).middle:8.2f}"
        f"   {found.lowest:.2f} to {found.highest:.2f}{'   ABOVE' if above else ''}"
    )


def main(names: list[str]) -> None:
    """Times the named modules, all if none is named."""
    begin()
    print(f"float32 on {jax.devices()[0].device_kind}, milliseconds, medians")
    print(f"  {'':54}{OURS:>10}{THEIRS:>10}{'accurate':>10}{'ratio':>8}{'to acc.':>8}   in a round")
    for name in names or MODULES:
        for size, shape in SHAPES.items():
            if name == "InstanceNorm" and len(shape) == 2:
                continue  # no positions to take statistics over
            x, cotangent = (jax.random.normal(key, shape) for key in jax.random.split(jax.random.key(0)))
            for what, timed in WHAT.items():
                steps = {
                    side: timed(module, x, cotangent) for side, module in candidates(name, shape[-1]).items()
                }
                seconds = measured(steps, SECONDS, FEWEST, MOST)
                print(row(f"{name}, {size} {shape}, {what}", seconds), flush=True)
    print(f"  promised: at most {PROMISED:.2f} times flax's module of the same name; ABOVE where it is not")


if __name__ == "__main__":
    main(sys.argv[1:])
