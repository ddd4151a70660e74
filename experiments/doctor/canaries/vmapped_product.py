"""Wrong numbers: a vmapped product with a tiny matrix, then a sum of squares (jax#39103).

XLA:CPU of jaxlib 0.10.2 joins product, square and sum into one call of a library, and what that call gives
for rows beyond the first 32,768 of float32 is wrong. Tried with jaxlib 0.10.1, 0.10.2, 0.11.0, 0.11.1, 0.11.2
and 0.12.0.1.
"""

import jax
import jax.numpy as jnp
import numpy as np

from .canary import Canary, Sign

ROWS = 40_000


def squared_lengths(matrix: jax.Array, rows: jax.Array) -> jax.Array:
    """(n,) |matrix @ row|² of each row of (n, k); the smallest program that shows the fault."""
    return jax.vmap(lambda row: jnp.sum((matrix @ row) ** 2))(rows)


def look() -> Sign:
    """Compares with numpy: row i is (i, 0, 0) and the matrix the identity, so that the answer is i²."""
    first = np.arange(ROWS, dtype=np.float32)
    rows = np.stack((first, np.zeros_like(first), np.zeros_like(first)), axis=1)
    found = np.asarray(jax.jit(squared_lengths)(np.eye(3, dtype=np.float32), rows))
    return "absent" if np.allclose(found, first**2, rtol=1e-5) else "present"


CANARY = Canary(
    name="vmapped product, then a sum of squares",
    source="https://github.com/jax-ml/jax/issues/39103",
    gives_wrong_numbers=True,
    known=("0.10.2",),
    look=look,
    remedy="bnact computes nothing of this kind, programs of yours may: set "
    "XLA_FLAGS=--xla_cpu_experimental_ynn_fusion_type= (nothing behind the sign), which keeps XLA from "
    "joining these operations, or use jaxlib 0.11.0, or 0.11.2 and newer (Python 3.12); "
    "row @ matrix.T is not affected",
)
