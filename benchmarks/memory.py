"""What a layer keeps for the way back, in tensors of one activation's size, from the compiled program.

python -m benchmarks.memory

The compiler says how much memory a program holds beside its arguments and results. The slope of that in the
depth, of a gradient over many equal layers, is what a layer keeps: 1 is one tensor (batch x width). Nothing
is timed and nothing is run; the figures are the same on every run.

A layer is a linear map, batch norm, an activation. Columns:
  plain: flax's Linear and BatchNorm and jax.nn's activation, by autodiff.
  policy: the same layer, `bnact.fused.recomputed`.
  checkpoint: the same layer, `jax.checkpoint` with `keep_linear_outputs`.
  norm first: the same network cut where norms begin (norm, activation, linear), `recomputed` with
    policy=None.
  pair: `bnact.nn.NormAct` behind flax's Linear.
  output: `NormAct` that keeps its output only, where there is one, with the network cut where norms begin:
    the output kept is then the linear map's input, one tensor in one turn of the scan. Cut elsewhere a scan
    keeps it twice, in one turn as output and in the next as input.
"""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx
from jax import lax

from bnact import nn
from bnact.fused import keep_linear_outputs, recomputed
from bnact.types import Array

BATCH, WIDTH = 512, 64
DEPTHS = (3, 6)
PROMISED, PROMISED_OUTPUT = 2.25, 1.15

ACTIVATIONS: Mapping[str, Callable[[Array], Array]] = {
    "relu": jax.nn.relu,
    "leaky_relu": jax.nn.leaky_relu,
    "elu": jax.nn.elu,
    "selu": jax.nn.selu,
    "softplus": jax.nn.softplus,
    "gelu": lambda x: jax.nn.gelu(x, approximate=False),
    "silu": jax.nn.silu,
    "mish": jax.nn.mish,
}
OUTPUT_ONLY = ("leaky_relu", "elu", "selu", "softplus")
"""The strictly monotone ones."""


class Layer(nnx.Module):
    """A user's own layer of flax's parts."""

    def __init__(self, activation: Callable[[Array], Array], norm_first: bool):
        """Makes the layer; where the norm comes first, the linear map comes last."""
        self.linear = nnx.Linear(WIDTH, WIDTH, rngs=nnx.Rngs(0))
        self.norm = nnx.BatchNorm(WIDTH, use_fast_variance=False, rngs=nnx.Rngs(0))
        self.activation = activation
        self.norm_first = norm_first

    def __call__(self, x: Array) -> Array:
        """The layer applied."""
        if self.norm_first:
            return self.linear(self.activation(self.norm(x)))
        return self.activation(self.norm(self.linear(x)))


def paired(norm_act: nnx.Module, norm_first: bool = False) -> nnx.Module:
    """flax's linear map and our pair."""
    linear = nnx.Linear(WIDTH, WIDTH, rngs=nnx.Rngs(0))
    return nnx.Sequential(norm_act, linear) if norm_first else nnx.Sequential(linear, norm_act)


def kept(module: nnx.Module, wrapped: Callable[[Callable], Callable], scanned: bool) -> float:
    """Tensors a layer, where a network is many copies of the module."""
    graph, params, rest = nn.pure(module)

    def layer(x: Array, params: Any, rest: Any) -> tuple[Array, Any]:
        y, after = nn.result_and_parts(nn.Pure(graph, params, rest), lambda copy: copy(x))
        return y, after.state

    applied = wrapped(layer)

    def loss(params: Any, x: Array) -> tuple[Array, Any]:
        if scanned:
            x, states = lax.scan(lambda x, one: applied(x, one, rest), x, params)
            return jnp.sum(x**3), states
        states = []
        for place in range(jax.tree.leaves(params)[0].shape[0]):
            x, state = applied(x, jax.tree.map(lambda leaf, place=place: leaf[place], params), rest)
            states.append(state)
        return jnp.sum(x**3), states

    def bytes_held(depth: int) -> int:
        stack = jax.tree.map(lambda leaf: jnp.broadcast_to(leaf, (depth, *leaf.shape)), params)
        program = jax.jit(jax.grad(loss, has_aux=True)).lower(stack, jnp.ones((BATCH, WIDTH))).compile()
        analysis = program.memory_analysis()
        assert analysis is not None, "this backend does not say what a program holds"
        return analysis.temp_size_in_bytes

    few, many = DEPTHS
    return (bytes_held(many) - bytes_held(few)) / (many - few) / (BATCH * WIDTH * 4)


def unwrapped(layer: Callable) -> Callable:
    """The layer as it is."""
    return layer


def argument_kept(layer: Callable) -> Callable:
    """The layer, its argument kept and nothing else."""
    return recomputed(layer, policy=None)


def checkpointed(layer: Callable) -> Callable:
    """The layer under JAX's own."""
    return jax.checkpoint(layer, policy=keep_linear_outputs)


def row(name: str, scanned: bool) -> dict[str, float]:
    """Every column of one activation."""
    layer, norm_first = (Layer(ACTIVATIONS[name], order) for order in (False, True))
    found = {
        "plain": kept(layer, unwrapped, scanned),
        "policy": kept(layer, recomputed, scanned),
        "checkpoint": kept(layer, checkpointed, scanned),
        "norm first": kept(norm_first, argument_kept, scanned),
        "pair": kept(paired(nn.NormAct(WIDTH, "batch", name)), unwrapped, scanned),
    }
    if name in OUTPUT_ONLY:
        output_only = nn.NormAct(WIDTH, "batch", name, keep="output")
        found["output"] = kept(paired(output_only, norm_first=True), unwrapped, scanned)
    return found


COLUMNS = ("plain", "policy", "checkpoint", "norm first", "pair", "output")


def main() -> None:
    """Prints both tables, and what of them is above the promise."""
    print(f"float32 on {jax.devices()[0].device_kind}, jax {jax.__version__}, tensors a layer")
    for scanned in (False, True):
        print(f"  {'in a scan' if scanned else 'unrolled':12}" + "".join(f"{name:>12}" for name in COLUMNS))
        for name in ACTIVATIONS:
            found = row(name, scanned)
            figures = "".join(f"{found[c]:12.2f}" if c in found else f"{'-':>12}" for c in COLUMNS)
            above = [c for c in ("policy", "pair") if found[c] > PROMISED]
            above += [c for c in ("output",) if found.get(c, 0.0) > PROMISED_OUTPUT]
            print(f"  {name:12}{figures}{'   ABOVE: ' + ', '.join(above) if above else ''}", flush=True)
    print(f"  promised, in a scan: policy and pair at most {PROMISED}, output at most {PROMISED_OUTPUT}")


if __name__ == "__main__":
    main()
