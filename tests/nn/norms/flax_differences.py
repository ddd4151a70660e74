"""Where flax.nnx is wrong: each case with flax's figure, ours, and the truth. Run, it prints the page.

.venv/bin/python -m tests.nn.norms.flax_differences > docs/where_flax_differs.md
"""

import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import flax
import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jax.sharding import AxisType, PartitionSpec

from bnact import nn

RNG = np.random.default_rng(0)
SAMPLE = RNG.normal(size=(256, 4))
ROWS = jnp.asarray(RNG.normal(size=(8, 4)), jnp.float32)
IMAGES = jnp.asarray(RNG.normal(size=(4, 3, 5, 8)) * np.linspace(1, 8, 8), jnp.float32)


class Difference(NamedTuple):
    """A case, and the figure that a library comes to.

    Attributes:
      case: norm and input, in words.
      figure: what is measured, in words.
      measure: library -> the figure, an array.
      truth: what is right by the formula, without rounding; infinite where a refusal is.
    """

    case: str
    figure: str
    measure: Callable[[Any], Any]
    truth: float


def made(library, norm, *args, **settings):
    return getattr(library, norm)(*args, **settings, rngs=nnx.Rngs(0))


def spread(library, mean):
    return jnp.std(made(library, "BatchNorm", 4)(jnp.asarray(mean + SAMPLE, jnp.float32)))


def constant(library):
    # Out of the compiler's sight, which would compute with what it knows to be constant, and exactly.
    x = jax.lax.optimization_barrier(jnp.full((2, 100), 12345.678, jnp.float32))
    y = made(library, "LayerNorm", 100)(x)
    return jnp.abs(y).max()


def running_mean(library, x, mask):
    norm = made(library, "BatchNorm", 4, momentum=0.5)
    norm(x, mask=mask)
    return norm.mean[...][0]


def running_variance_of_one(library):
    norm = made(library, "BatchNorm", 4, momentum=0.0)
    norm(ROWS, mask=jnp.arange(8)[:, None] < 1)
    return norm.var[...][0]


def lone_example(library):
    return jnp.abs(made(library, "BatchNorm", 4)(ROWS[:1])).max()


def gradient_behind_mask(library):
    norm = made(library, "LayerNorm", 4)
    mask = jnp.arange(8)[:, None] < 6
    x = ROWS.at[6:].set(jnp.nan)
    gradient = jax.grad(lambda x: jnp.sum(jnp.where(mask, norm(x, mask=mask), 0) ** 3))(x)
    return jnp.sum(jnp.isnan(gradient))


def group_mask(library):
    return jnp.std(made(library, "GroupNorm", 8, 2)(IMAGES, mask=jnp.ones((4, 1, 1, 1), bool)))


def group_axes(library):
    y = made(library, "GroupNorm", 8, 4, reduction_axes=(2, 3))(IMAGES)
    grouped = jnp.reshape(y, (4, 3, 5, 4, 2))
    return jnp.abs(jnp.mean(grouped, (2, 4))).max()


def several_axes(library):
    norm = made(library, "BatchNorm", 40, axis=(2, 3))
    return jnp.std(norm(IMAGES))


def half_eval(library):
    norm = made(library, "BatchNorm", 4, momentum=0.0, dtype=jnp.float16)
    x = jnp.asarray(1e4 * SAMPLE, jnp.float32)
    norm(x)
    return jnp.std(norm(x, use_running_average=True).astype(jnp.float32))


def half_input(library):
    norm = made(library, "LayerNorm", 4, dtype=jnp.float16)
    return jnp.std(norm(jnp.asarray(1e5 * SAMPLE, jnp.float32)).astype(jnp.float32))


def over_devices(library, last):
    """The running mean of two devices: one has 9 values, all 1, and of the other's, all 10, `last` count."""
    norm = made(library, "BatchNorm", 1, momentum=0.0, axis_name="devices")
    x = jnp.where(jnp.arange(18)[:, None] < 9, 1.0, 10.0)
    mask = jnp.arange(18)[:, None] < 9 + last
    parts, split = nn.pure(norm), PartitionSpec("devices")

    def member(x, mask):
        return nn.result_and_parts(parts, lambda module: module(x, mask=mask))[1].state["mean"][...]

    mesh = jax.make_mesh((2,), ("devices",), axis_types=(AxisType.Auto,))
    mapped = jax.shard_map(member, mesh=mesh, in_specs=split, out_specs=PartitionSpec(), check_vma=False)
    return mapped(x, mask)[0]


def zero_row(library):
    norm = made(library, "RMSNorm", 4, epsilon=0.0)
    return jnp.abs(norm(jnp.zeros((1, 4)))).max()


def weights(library, kernel):
    layer = nnx.Linear(4, 2, use_bias=False, rngs=nnx.Rngs(0))
    layer.kernel.set_value(jnp.asarray(kernel, jnp.float16))
    norm = library.WeightNorm(layer, dtype=jnp.float16, use_scale=False, rngs=nnx.Rngs(0))
    return jnp.linalg.norm(norm(jnp.eye(4, dtype=jnp.float16)).astype(jnp.float32)[:, 0])


def kernel_after_a_call(library):
    norm = library.WeightNorm(nnx.Linear(4, 2, rngs=nnx.Rngs(0)), rngs=nnx.Rngs(0))
    before = norm.layer_instance.kernel[...]
    norm(ROWS)
    return jnp.abs(norm.layer_instance.kernel[...] - before).max()


def trained_scales(library):
    norm = library.WeightNorm(nnx.Linear(4, 2, use_bias=False, rngs=nnx.Rngs(0)), rngs=nnx.Rngs(0))
    return len(jax.tree.leaves(nnx.state(norm, nnx.Param))) - 1


def small_kernel(library):
    layer = nnx.Linear(4, 2, use_bias=False, rngs=nnx.Rngs(0))
    layer.kernel.set_value(1e-9 * layer.kernel[...])
    norm = library.SpectralNorm(layer, n_steps=8, rngs=nnx.Rngs(0))
    return jnp.linalg.svd(norm(jnp.eye(4)), compute_uv=False)[0]


def one_position(library):
    return jnp.abs(made(library, "InstanceNorm", 4)(ROWS)).max()


REFUSED, HIDDEN = float("inf"), jnp.arange(8)[:, None] < 0
DIFFERENCES = (
    Difference("BatchNorm, inputs N(1e4, 1)", "spread of the output", lambda lib: spread(lib, 1e4), 1.0),
    Difference("BatchNorm, inputs N(1e7, 1)", "spread of the output", lambda lib: spread(lib, 1e7), 1.0),
    Difference("LayerNorm, all features 12345.678", "largest output", constant, 0.0),
    Difference(
        "BatchNorm, everything masked", "running mean", lambda lib: running_mean(lib, ROWS, HIDDEN), 0.0
    ),
    Difference("BatchNorm, no example", "running mean", lambda lib: running_mean(lib, ROWS[:0], None), 0.0),
    Difference("BatchNorm, one value counts, momentum 0", "running variance", running_variance_of_one, 1.0),
    Difference("BatchNorm, a batch of one", "largest output", lone_example, REFUSED),
    Difference("InstanceNorm, no axis of positions", "largest output", one_position, REFUSED),
    Difference(
        "LayerNorm, NaN behind the mask", "entries of the gradient that are NaN", gradient_behind_mask, 0.0
    ),
    Difference(
        "BatchNorm over 2 devices, 9 and 1 values", "running mean", lambda lib: over_devices(lib, 1), 1.9
    ),
    Difference(
        "BatchNorm over 2 devices, 9 and 0 values", "running mean", lambda lib: over_devices(lib, 0), 1.0
    ),
    Difference("GroupNorm, mask of one flag an example", "spread of the output", group_mask, 1.0),
    Difference("GroupNorm, reduction_axes=(2, 3)", "largest mean of a group", group_axes, 0.0),
    Difference("BatchNorm, axis=(2, 3)", "spread of the output", several_axes, 1.0),
    Difference("BatchNorm, float16, variance 1e8, momentum 0", "spread after training", half_eval, 1.0),
    Difference("LayerNorm, float16, inputs of 1e5", "spread of the output", half_input, 1.0),
    Difference("RMSNorm, epsilon 0, a row of zeros", "largest output", zero_row, 0.0),
    Difference(
        "WeightNorm, float16, a kernel of zeros", "length", lambda lib: weights(lib, np.zeros((4, 2))), 0.0
    ),
    Difference(
        "WeightNorm, float16, weights of 1000", "length", lambda lib: weights(lib, np.full((4, 2), 1e3)), 1.0
    ),
    Difference("WeightNorm, after a call", "change of the kernel kept", kernel_after_a_call, 0.0),
    Difference("WeightNorm, scales", "arrays that an optimizer of Param sees", trained_scales, 1.0),
    Difference("SpectralNorm, weights near 1e-9", "largest singular value", small_kernel, 1.0),
)


def figure_of(library, difference):
    """The figure that a library comes to, infinite where it raises an error."""
    try:
        with jax.numpy_dtype_promotion("standard"), jax.numpy_rank_promotion("allow"):
            # Compiled in one piece: that takes less time than its operations one by one.
            return float(jax.jit(lambda: difference.measure(library))())
    except (TypeError, ValueError):
        return REFUSED


def shown(figure, digits):
    """A figure as the page has it."""
    if np.isinf(figure):
        return "error"
    return "NaN" if np.isnan(figure) else f"{round(figure, 3) + 0.0:.{digits}g}"


def rows():
    """The cells of the table: case, figure, flax, bnact, truth."""
    for difference in DIFFERENCES:
        theirs, ours = (figure_of(library, difference) for library in (nnx, nn))
        truth = shown(difference.truth, 4)
        yield difference.case, difference.figure, shown(theirs, 2), shown(ours, 4), truth


PAGE = """# Where flax differs

The modules of `bnact.nn` that share a name with one of flax.nnx give its outputs, running statistics and
gradients to 1e-5, over the options of their constructors. In the cases below flax.nnx {version} is wrong. The
figures are measured on a CPU by `tests/nn/norms/flax_differences.py`, which writes this page, and checked by
the test beside it. "error" is a refusal; that of bnact says what to do instead.

{table}

Besides, by decision:

- What is masked out comes out as 0; flax normalizes it with the statistics of the others.
- With a `dtype` of half precision, statistics are those of the input as it came; flax rounds the input first.
- `use_fast_variance` and the epsilon of `SpectralNorm` are taken, and have no effect.
- Complex inputs are refused.
- `WeightNorm` and `SpectralNorm` leave the kernels of their module as they are; flax writes the normalized
  ones into it.
"""


def page(cells, version):
    """The whole page, given the cells of the table."""
    head = ("case", "figure", "flax.nnx", "bnact", "right")
    lines = [head, ("---",) * len(head), *cells]
    return PAGE.format(version=version, table="\n".join(f"| {' | '.join(line)} |" for line in lines))


if __name__ == "__main__":
    sys.stdout.write(page(rows(), flax.__version__))
