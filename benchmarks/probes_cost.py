"""What looking at every unit in every step costs: `bnact.nn.probed` beside the same training without.

python -m benchmarks.probes_cost

For each of the layers the size of the gradient, dead and saturated units, mean and variance of what the
activation is given, in every step. A step is value, gradients and an update of `bnact.nn.MLP`. The probes of
a whole representation (`bnact.probes.PROBES`) are no part of a step, and are not timed.

Time is of many steps in one dispatch. Memory is what the compiled program of one step holds beside arguments
and results, the difference in tensors of one activation's size (batch x width): kept by each layer, from the
slope in the depth, and in all, with what is held for the moment in which one layer is looked at.
"""

import statistics
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import optax
from flax import nnx
from jax import lax

from benchmarks.timing import begin, ratio, warm_seconds_of
from bnact import nn, probes
from bnact.types import Array

DEPTH, BATCH, STEPS, ROUNDS = 8, 128, 100, 15
WIDTHS, ACTIVATIONS = (128, 16), ("relu", "gelu")
PROMISED, PROMISED_FROM, KEPT = 1.05, 128, 0.25
OPTIMIZER = optax.sgd(1e-3, momentum=0.9)
OFF, ON = "off", "on"


def step_of(parts: nn.Pure, x: Array, sinks: probes.UnitSums | None) -> Callable[[Any, Any], tuple[Any, Any]]:
    """One step, with probes where there are sinks."""

    def loss(params: Any, state: Any, sinks: Any) -> tuple[Array, Any]:
        def call(network: nn.MLP) -> Array:
            return network(x) if sinks is None else nn.probed(network, x, sinks)

        y, after = nn.result_and_parts(nn.Pure(parts.graph, params, state), call)
        return jnp.mean(jnp.square(y - x)), after.state

    def step(carry: Any, _: None) -> tuple[Any, Any]:
        params, state, remembered = carry
        (value, state), found = jax.value_and_grad(loss, (0, 2), has_aux=True)(params, state, sinks)
        gradient, sums = found
        updates, remembered = OPTIMIZER.update(gradient, remembered, params)
        seen = None if sums is None else probes.activity(sums)
        return (optax.apply_updates(params, updates), state, remembered), (value, seen)

    return step


def main() -> None:
    """Times both in turn at every width, and compares what their programs hold."""
    begin()
    print(f"float32 on {jax.devices()[0].device_kind}, depth {DEPTH}, batch {BATCH}")
    print(f"  {'':14}{'off, ms':>10}{'on, ms':>10}{'ratio':>8}   in a round   a layer    in all")
    for width in WIDTHS:
        for activation in ACTIVATIONS:
            measure(width, activation)
    print(f"  promised from width {PROMISED_FROM}: at most {PROMISED:.2f}; {KEPT} a layer is counted as none")


Steps = dict[str, Callable[[Any, Any], tuple[Any, Any]]]


def steps_at(depth: int, width: int, activation: str) -> tuple[Steps, Any]:
    """The step without and with probes, and what it begins with."""
    network = nn.MLP(width, width, width=width, depth=depth, activation=activation, rngs=nnx.Rngs(0))
    x = jax.random.normal(jax.random.key(0), (BATCH, width))
    parts = nn.pure(network)
    carry = (parts.params, parts.state, OPTIMIZER.init(parts.params))
    sinks = nn.unit_sinks(network, x)
    return {OFF: step_of(parts, x, None), ON: step_of(parts, x, sinks)}, carry


def tensors_more(depth: int, width: int, activation: str) -> float:
    """What the program with probes holds more."""
    steps, carry = steps_at(depth, width, activation)

    def held(name: str) -> int:
        program = jax.jit(lambda carry: steps[name](carry, None)).lower(carry).compile()
        analysis = program.memory_analysis()
        assert analysis is not None, "this backend does not say what a program holds"
        return analysis.temp_size_in_bytes

    return (held(ON) - held(OFF)) / (BATCH * width * 4)


def measure(width: int, activation: str) -> None:
    """Prints one line."""
    steps, carry = steps_at(DEPTH, width, activation)
    runs = {}
    for name, step in steps.items():
        many = jax.jit(lambda carry, step=step: lax.scan(step, carry, None, STEPS))
        runs[name] = lambda many=many: jax.block_until_ready(many(carry))
    seconds = warm_seconds_of(runs, ROUNDS)
    off, on = (1e3 * statistics.median(seconds[name]) / STEPS for name in (OFF, ON))
    found = ratio(seconds, ON, OFF)
    more = tensors_more(DEPTH, width, activation)
    a_layer = (tensors_more(2 * DEPTH, width, activation) - more) / DEPTH
    above = width >= PROMISED_FROM and (found.middle > PROMISED or a_layer > KEPT)
    label = f"{width}, {activation}"
    print(
        f"  {label:14}{off:10.3f}{on:10.3f}{found.middle:8.2f}   {found.lowest:.2f} to {found.highest:.2f}"
        f"{a_layer:12.2f}{more:10.2f}{'   ABOVE' if above else ''}",
        flush=True,
    )


if __name__ == "__main__":
    main()
