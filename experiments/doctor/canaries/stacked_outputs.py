"""Quadratic time: a loop that writes a small slice rewrites the whole array (jax#40101).

So does every scan with stacked outputs, and with it every training run that keeps a log. The compiled HLO is
the same with and without the fault, and times prove little on a busy machine. What the loop writes is seen in
memory: pages it has no business with are dropped beforehand, and are resident afterwards if it touched them.
"""

import functools
import sys

import jax
import jax.numpy as jnp

from .canary import Canary, Sign
from .pages import Pages

SIZE = 1 << 19
STEPS = 8
MOST = 0.1
"""Share of untouchable pages; all of them are touched where the fault is, none where it is not."""


@functools.partial(jax.jit, donate_argnums=0)
def filled(array: jax.Array) -> jax.Array:
    """Writes the first numbers of an array in a loop, in place."""

    def body(step: jax.Array, array: jax.Array) -> jax.Array:
        return jax.lax.dynamic_update_slice(array, (array[step] * 0.5 + 1.0)[None], (step + 1,))

    return jax.lax.fori_loop(0, STEPS, body, array)


def look() -> Sign:
    """Drops the array's second half, runs the loop, and looks whether that half has come back."""
    if sys.platform != "linux":
        return "not looked at"
    array = filled(jnp.zeros(SIZE, jnp.float32)).block_until_ready()
    address, half = array.unsafe_buffer_pointer(), array.nbytes // 2
    try:
        pages = Pages(address + half, half)
        array = filled(array).block_until_ready()
        share = pages.touched()
    except OSError:
        return "not looked at"
    if array.unsafe_buffer_pointer() != address:
        return "not looked at"
    return "present" if share > MOST else "absent"


CANARY = Canary(
    name="a loop that stacks its outputs rewrites all of them at every step",
    source="https://github.com/jax-ml/jax/issues/40101",
    gives_wrong_numbers=False,
    known=("0.11.1",),
    look=look,
    remedy="long runs take quadratic time: use jaxlib 0.11.0, or 0.11.2 and newer (Python 3.12)",
)
