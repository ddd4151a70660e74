"""Polynomials by Horner's rule."""

import jax.numpy as jnp

from bnact.types import Array


def polynomial(coefficients: tuple[float, ...], x: Array) -> Array:
    """The polynomial in x with these coefficients, lowest power first; elementwise."""
    value = jnp.full_like(x, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        value = value * x + coefficient
    return value
