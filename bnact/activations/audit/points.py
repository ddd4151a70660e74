"""Where a function is looked at: every number of a half precision, and float32 over all its exponents."""

from collections.abc import Sequence
from types import MappingProxyType

import jax.numpy as jnp
import numpy as np
from numpy.typing import DTypeLike

DTYPES = MappingProxyType({name: np.dtype(getattr(jnp, name)) for name in ("float16", "bfloat16", "float32")})
"""What an audit is made in, by name."""


def points(dtype: str, count: int) -> np.ndarray:
    """Inputs in rising order: all finite ones of a half precision, `count` log-spaced ones of float32."""
    return every_finite(DTYPES[dtype]) if dtype != "float32" else log_spaced(DTYPES[dtype], count)


def every_finite(dtype: DTypeLike) -> np.ndarray:
    """All finite numbers of a dtype of 16 bits, in rising order; -0 before 0."""
    x = np.arange(2**16, dtype=np.uint16).view(dtype)
    x = x[np.isfinite(x.astype(np.float32))]
    return x[np.lexsort((~np.signbit(x), x.astype(np.float32)))]


def log_spaced(dtype: DTypeLike, count: int) -> np.ndarray:
    """(count,) numbers from the smallest normal to the largest finite one, of either sign, rising.

    Args:
      dtype: floating.
      count: even, at least 4.
    """
    information = np.finfo(dtype)
    exponents = np.linspace(np.log2(information.tiny), np.log2(information.max / 2), count // 2 - 1)
    size = np.append(2.0**exponents, information.max).astype(dtype)
    return np.concatenate([-size[::-1], size])


def flushed(x: np.ndarray) -> np.ndarray:
    """The inputs in float64, those that float32 calls subnormal as 0: XLA on a CPU reads them so."""
    wide = x.astype(np.float64)
    return np.where(np.abs(wide) < float(jnp.finfo(jnp.float32).smallest_normal), 0.0, wide)


def check_points(count: int) -> None:
    """Raises ValueError unless that many points can be spread over both signs."""
    if isinstance(count, bool) or not isinstance(count, int) or count < 4 or count % 2:
        raise ValueError(
            f"audit: points must be an even number, at least 4; got {count}; use for example 20_000"
        )


def check_dtypes(dtypes: Sequence[str]) -> None:
    """Raises ValueError unless each is a name in `DTYPES`, and there is one."""
    unknown = [dtype for dtype in dtypes if dtype not in DTYPES]
    if isinstance(dtypes, str) or unknown or not dtypes:
        raise ValueError(
            f"audit: dtypes must be some of {tuple(DTYPES)}; got {dtypes!r}; use for example ('float32',)"
        )
