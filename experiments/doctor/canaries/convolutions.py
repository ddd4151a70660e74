"""Slow convolutions on CPU: backward inside a loop (jax#12868), and vmapped over kernels.

Both are read from the compiled program. Outside loops XLA:CPU turns every convolution into batch, positions,
features, the one order for which it has fast code; inside a loop the kernel's gradient stays in another order
and runs through a plain loop. A convolution vmapped over kernels becomes one with groups, which is slower.
"""

import re
from collections.abc import Callable

import jax
import jax.numpy as jnp

from .canary import Canary, Sign

FAST = re.compile(r"b\d+f_\d+io->b\d+f")
KERNEL, IMAGES = (3, 3, 8, 8), (4, 16, 16, 8)


def convolved(kernel: jax.Array, images: jax.Array) -> jax.Array:
    """Images (n, height, width, features) under a kernel (height, width, features, outputs), padded."""
    orders = ("NHWC", "HWIO", "NHWC")
    return jax.lax.conv_general_dilated(images, kernel, (1, 1), "SAME", dimension_numbers=orders)


def descended(kernel: jax.Array, images: jax.Array) -> jax.Array:
    """The kernel after three steps of descent on the mean square of its output, in a scan."""

    def step(kernel: jax.Array, _: None) -> tuple[jax.Array, None]:
        gradient = jax.grad(lambda kernel: jnp.mean(convolved(kernel, images) ** 2))(kernel)
        return kernel - 0.1 * gradient, None

    return jax.lax.scan(step, kernel, None, length=3)[0]


def orders_in(program: str) -> tuple[str, ...]:
    """The orders of axes of every convolution in a compiled program's text."""
    return tuple(re.findall(r" convolution\(.*dim_labels=(\S+?)[,\s]", program))


def groups_in(program: str) -> tuple[int, ...]:
    """The groups of every convolution in a compiled program's text that has some."""
    return tuple(int(count) for count in re.findall(r"feature_group_count=(\d+)", program))


def look_in_loop() -> Sign:
    """Whether a convolution of a descent in a scan has an order without fast code."""
    program = program_of(descended, KERNEL, IMAGES)
    if not program:
        return "not looked at"
    return "absent" if all(FAST.fullmatch(order) for order in orders_in(program)) else "present"


def look_vmapped() -> Sign:
    """Whether a convolution vmapped over kernels and images has groups."""
    program = program_of(jax.vmap(convolved), (4, *KERNEL), (4, *IMAGES))
    if not program:
        return "not looked at"
    return "present" if groups_in(program) else "absent"


def program_of(function: Callable[..., jax.Array], *shapes: tuple[int, ...]) -> str:
    """The compiled program's text for float32 arrays of these shapes; empty where jax does not show it."""
    arrays = (jnp.zeros(shape, jnp.float32) for shape in shapes)
    return jax.jit(function).lower(*arrays).compile().as_text() or ""


IN_LOOP = Canary(
    name="a convolution's gradient inside a loop",
    source="https://github.com/jax-ml/jax/issues/12868",
    gives_wrong_numbers=False,
    known=("every",),
    look=look_in_loop,
    remedy="on CPU, inside loops, use bnact.nn.Convolution, or write the gradients as convolutions whose "
    "axes stand in the usual order, or keep the training step out of scan",
)
VMAPPED = Canary(
    name="a convolution vmapped over kernels",
    source="no report is known; seen in the programs of jaxlib 0.10.1 to 0.12.0.1",
    gives_wrong_numbers=False,
    known=("every",),
    look=look_vmapped,
    remedy="on CPU run the networks of a population one after the other (lax.map), not under vmap",
)
