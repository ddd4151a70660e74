"""Compile time of a training step of `nn.MLP` at depth 256 beside depth 8.

python -m benchmarks.compile_depth
"""

import jax
import jax.numpy as jnp
from flax import nnx

from benchmarks.timing import begin, compare, report, seconds_of
from bnact.nn import MLP, pure, result_and_parts
from bnact.training.objective import cross_entropy

FEATURES, CLASSES, WIDTH, BATCH = 64, 10, 64, 64


def compiled_by_scan(depth: int) -> None:
    """Traces and compiles the gradient of an MLP's loss, from nothing."""
    jax.clear_caches()
    parts = pure(MLP(FEATURES, CLASSES, width=WIDTH, depth=depth, rngs=nnx.Rngs(0)))

    def loss(params, x, labels):
        logits, _ = result_and_parts(parts._replace(params=params), lambda network: network(x))
        return cross_entropy(logits, labels)

    x, labels = jnp.zeros((BATCH, FEATURES)), jnp.zeros(BATCH, jnp.int32)
    jax.jit(jax.grad(loss)).lower(parts.params, x, labels).compile()


def main() -> None:
    """Compiles both depths in turn."""
    begin()
    compiled_by_scan(2)  # the first compilation in a process pays for what is loaded then
    shallow, deep = "depth 8", "depth 256"
    seconds = seconds_of(
        {shallow: lambda: compiled_by_scan(8), deep: lambda: compiled_by_scan(256)}, rounds=5
    )
    report(f"Tracing and compiling a gradient step of an MLP, width {WIDTH}, batch norm and ReLU", seconds)
    compare(seconds, deep, shallow, "promised: at most 1.2")


if __name__ == "__main__":
    main()
