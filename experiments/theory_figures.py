"""Draws the figures of docs/theory.md: theory as lines, fresh random networks as points.

For example:

  .venv/bin/python -m experiments.theory_figures --workdir=docs

writes DIR/images/theory_*.svg, in about a minute. Exit codes: 0 done, 2 bad input.
"""

import functools
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import jax
import jax.numpy as jnp
import matplotlib
import numpy as np
from absl import flags
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bnact import probes, theory
from bnact.studies.report.palette import ACTIVATION_COLOURS, PLACEMENT_STYLES
from bnact.types import Array, Key
from experiments.command import DONE, Command, new_flags, run, whole_numbers
from experiments.diagnose.fresh import Fresh, fresh_statistics

FLAGS = new_flags()
flags.DEFINE_string("seeds", "8", "fresh networks behind each point", flag_values=FLAGS)
flags.DEFINE_string("width", "512", "units in a layer of theirs", flag_values=FLAGS)

INK = "#444444"


def prepare(values: flags.FlagValues) -> Callable[[], int]:
    """What is to draw.

    Raises:
      ValueError: a number is none, or below 1.
    """
    (seeds,), (width,) = (whole_numbers(name, [str(values[name].value)]) for name in ("seeds", "width"))
    for name, number in (("seeds", seeds), ("width", width)):
        if number < 1:
            raise ValueError(f"{name}: must be at least 1; got {number}; use for example --{name}=8")
    return lambda: drawn(Path(values.workdir) / "images", seeds, width)


def drawn(folder: Path, seeds: int, width: int) -> int:
    """Writes every figure; returns the exit code."""
    folder.mkdir(parents=True, exist_ok=True)
    # The same bytes for the same numbers.
    with matplotlib.rc_context({"svg.hashsalt": "bnact", "svg.fonttype": "path", "font.size": 9}):
        for name, figure in FIGURES.items():
            path = folder / f"theory_{name}.svg"
            figure(seeds, width).savefig(path, format="svg", metadata={"Date": None})
            sys.stdout.write(f"{path}\n")
            sys.stdout.flush()
    return DONE


def correlation_maps(seeds: int, width: int) -> Figure:
    """tanh's correlation map in its two phases, and the staircase that a deep network walks on it."""
    figure, panels = _panels(2)
    for axes, weights, phase in zip(panels, (1.3, 2.5), ("order", "chaos"), strict=True):
        fixed = theory.fixed_point("tanh", weights, 0.05)
        before = np.linspace(0.0, 1.0, 101)
        after = theory.correlation_map("tanh", before, fixed.variance, weights, 0.05)
        axes.plot(before, before, color=INK, linewidth=0.8)
        axes.plot(before, after, color=ACTIVATION_COLOURS["tanh"], linewidth=2.0)
        axes.plot(
            *_staircase(0.0 if phase == "order" else 0.98, float(fixed.variance), weights),
            color=INK,
            linestyle=":",
        )
        axes.plot(fixed.correlation, fixed.correlation, "o", color=INK)
        _dress(
            axes,
            f"{phase}: weight variance {weights}, slope at 1 {fixed.slope:.2f}",
            "correlation of two inputs",
            "after a layer",
        )
    return figure


def _staircase(correlation: float, variance: float, weights: float) -> tuple[list[float], list[float]]:
    across, up = [correlation], [correlation]
    for _ in range(40):
        following = float(theory.correlation_map("tanh", correlation, variance, weights, 0.05))
        across += [correlation, following]
        up += [following, following]
        correlation = following
    return across, up


def explosion(seeds: int, width: int) -> Figure:
    """The squared gradient from the output to the input, with and without batch norm."""
    figure, (axes,) = _panels(1)
    depth, batch = 20, 64
    lines = {
        "relu, batch norm before": ("relu", "batch", 1.0),
        "tanh, batch norm before": ("tanh", "batch", 1.0),
        "relu, no norm, He's weights": ("relu", "none", 2.0),
        "sigmoid, no norm": ("sigmoid", "none", 1.0),
    }
    layers = np.arange(1, depth + 1)
    for (label, (activation, norm, weights)), dashes in zip(lines.items(), ("-", "-", ":", ":"), strict=True):
        network = Fresh(activation, norm, "before", depth, width, batch, weights, 0.0)
        predicted = theory.predict(
            activation, norm, depth=depth, batch_size=batch, weight_variance=weights, bias_variance=0.0
        )
        colour = ACTIVATION_COLOURS[activation]
        axes.plot(layers, [layer.gradient for layer in predicted.layers], dashes, color=colour, label=label)
        _points(axes, layers, _measured(network, seeds), colour)
    axes.set_yscale("log")
    axes.set_xticks([1, 5, 10, 15, 20])
    axes.set_ylim(1e-6, 1e5)
    _dress(
        axes,
        f"{width} units, batches of {batch}",
        "layer (1 is next to the input)",
        "squared gradient / the last layer's",
    )
    axes.legend(fontsize=8)
    return figure


def circles(seeds: int, width: int) -> Figure:
    """Length and curvature of a circle through layers of tanh, in order, at the edge and in chaos."""
    figure, panels = _panels(2)
    depth, biases = 12, 0.05
    edge = float(theory.edge_of_chaos("tanh", biases))
    layers = np.arange(1, depth + 1)
    for weights, phase, name in ((1.0, "order", "sigmoid"), (edge, "edge", "relu"), (4.0, "chaos", "tanh")):
        found = np.array(
            [_circle(jax.random.key(seed), width, weights, biases, depth) for seed in range(seeds)]
        )
        variance, length, curvature, rows = 1.0, 1.0, 1.0, []
        for _ in range(depth):
            length *= float(theory.length_growth("tanh", variance, weights))
            curvature = float(theory.curvature_map("tanh", curvature, variance, weights))
            variance = float(theory.variance_map("tanh", variance, weights, biases))
            rows.append((length, curvature))
        for place, axes in enumerate(panels):
            colour = ACTIVATION_COLOURS[name]
            label = f"{phase}: weight variance {weights:.2f}"
            axes.plot(layers, [row[place] for row in rows], color=colour, label=label)
            _points(axes, layers, found[:, place], colour)
    for axes, what in zip(panels, ("length", "curvature"), strict=True):
        axes.set_yscale("log")
        _dress(axes, f"{width} units of tanh", "layer", f"{what} / the input circle's")
    panels[0].set_ylim(0.1, 30.0)
    panels[0].legend(fontsize=8)
    return figure


@functools.partial(jax.jit, static_argnums=(1, 4))
def _circle(key: Key, width: int, weights: float, biases: float, depth: int) -> tuple[Array, Array]:
    """(depth,) length and curvature of a circle of variance 1 behind every layer, over its own."""
    points_key, layer_key = jax.random.split(key)

    def layer(h: Array, key: Key) -> tuple[Array, tuple[Array, Array]]:
        weight_key, bias_key = jax.random.split(key)
        drawn = jax.random.normal(weight_key, (width, width)) * jnp.sqrt(weights / width)
        h = jnp.tanh(h) @ drawn + jax.random.normal(bias_key, (1, width)) * jnp.sqrt(biases)
        return h, (probes.curve_length(h) / (2 * jnp.pi), probes.curve_curvature(h))

    points = probes.circle(512, width, points_key)
    return jax.lax.scan(layer, points, jax.random.split(layer_key, depth))[1]


def orders(seeds: int, width: int) -> Figure:
    """Growth a layer against the scale of the weights, the norm before and after."""
    figure, panels = _panels(2)
    scales, seen = np.linspace(0.5, 3.0, 41), (0.75, 1.5, 2.25, 3.0)
    for axes, activation in zip(panels, ("tanh", "relu"), strict=True):
        for order in ("before", "after"):
            style = PLACEMENT_STYLES[f"batch norm {order}"]
            rates = theory.batch_norm_rate(activation, None, order, weight_scale=scales)
            dashes = "-" if order == "before" else "--"
            axes.plot(
                scales,
                np.broadcast_to(rates, scales.shape),
                dashes,
                color=style.colour,
                label=f"norm {order}",
            )
            found = []
            for scale in seen:
                network = Fresh(activation, "batch", order, 12, width, 128, scale**2, 0.0)
                gradients = _measured(network, seeds)
                found.append((gradients[:, 3:9] / gradients[:, 4:10]).mean(axis=1))
            _points(axes, np.array(seen), np.array(found).T, style.colour)
        axes.set_ylim(0.9, 2.3)
        _dress(
            axes,
            f"{activation} (lines: infinite batch; points: batches of 128)",
            "scale of the weights",
            "growth of the squared gradient a layer",
        )
        axes.legend(fontsize=8)
    return figure


def _measured(network: Fresh, seeds: int) -> np.ndarray:
    return np.asarray(fresh_statistics(network, range(seeds)).gradient)


def _points(axes: Axes, x: np.ndarray, values: np.ndarray, colour: str) -> None:
    """Means over seeds, with their standard errors."""
    error = values.std(axis=0, ddof=1) / len(values) ** 0.5 if len(values) > 1 else None
    axes.errorbar(x, values.mean(axis=0), error, fmt="o", color=colour, markersize=3.5, linewidth=1.0)


def _panels(count: int) -> tuple[Figure, list[Axes]]:
    figure = Figure(figsize=(4.4 * count if count > 1 else 6.0, 3.6), layout="constrained")
    return figure, [figure.add_subplot(1, count, 1 + position) for position in range(count)]


def _dress(axes: Axes, title: str, x: str, y: str) -> None:
    axes.set_title(title, fontsize=10)
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.spines[["top", "right"]].set_visible(False)


FIGURES: Mapping[str, Callable[[int, int], Figure]] = MappingProxyType(
    {"correlation_maps": correlation_maps, "circles": circles, "explosion": explosion, "orders": orders}
)

COMMAND = Command(__doc__ or "", FLAGS, prepare)

if __name__ == "__main__":
    run(COMMAND)
