"""What is kept is kept for the settings of jax that it was made under."""

import jax
import jax.numpy as jnp
import pytest

from bnact.training.in_context import kept_in_context


@kept_in_context(maxsize=8)
def program(size, name="square"):
    x = jax.ShapeDtypeStruct((size, size), jnp.float32)
    return jax.jit(lambda x: x @ x).lower(x).as_text() + name


def test_the_same_is_made_once():
    made = program.cache_info().misses
    assert program(3) is program(3)
    assert program(3) != program(4)
    assert program(4, name="other") is program(4, name="other")
    assert program.cache_info().misses == made + 3


@pytest.mark.parametrize(
    "context",
    [
        lambda: jax.default_matmul_precision("highest"),
        lambda: jax.enable_x64(True),
        lambda: jax.default_prng_impl("rbg"),
        lambda: jax.threefry_partitionable(False),
    ],
)
def test_under_another_setting_it_is_made_anew(context):
    plain = program(5)
    with context():
        other = program(5)
        assert program(5) is other
    assert other is not plain
    assert program(5) is plain


def test_a_program_has_the_precision_that_it_was_asked_for_under():
    plain = program(6)
    with jax.default_matmul_precision("highest"):
        assert "HIGHEST" in program(6)
    assert "HIGHEST" not in plain


def test_what_is_kept_can_be_dropped():
    first = program(7)
    program.cache_clear()
    assert program(7) is not first
