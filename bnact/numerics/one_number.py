"""One number of an array, of which a program is made to depend without reading the rest."""

import jax.numpy as jnp

from bnact.types import Array

from .varying import is_split


def one_number(x: Array) -> Array:
    """A number of `x`, any of them: the first, or the least where an axis of x is explicitly sharded.

    An explicitly sharded axis cannot be cut at one element. Over an automatic mesh the first is one number
    from one device to the others, where a flattened x would be gathered whole.

    Args:
      x: of at least one element.
    """
    return jnp.min(x) if is_split(x, tuple(range(x.ndim))) else x[(0,) * x.ndim]


def never(x: Array) -> Array:
    """() False, whatever the real numbers in `x`, which a compiler does not find out.

    For a choice that always falls the same way, on which what must not be merged or computed twice is made
    to depend.

    Args:
      x: real floating, of at least one element; NaN too.
    """
    # Compilers do not follow two comparisons, of which NaN passes neither.
    number = one_number(x)
    return (number > 0) & (number < 0)
