"""What is lowered without locations says nothing of the lines it comes from, and what follows does again."""

import jax
import jax.numpy as jnp
import pytest

from bnact.training.locations import without_locations

SETTING = "jax_traceback_in_locations_limit"


def locations(function):
    return jax.jit(function).lower(jnp.ones(3)).as_text(debug_info=True)


def test_the_lines_are_left_out_inside_and_only_there():
    with without_locations():
        inside = locations(lambda x: jnp.tanh(x) + 1)
    outside = locations(lambda x: jnp.tanh(x) + 1)
    assert "test_locations.py" not in inside
    assert "test_locations.py" in outside
    assert "tanh" in inside


def test_the_setting_is_left_as_it_was_found_also_by_an_error():
    before = getattr(jax.config, SETTING)
    with pytest.raises(KeyError), without_locations(), without_locations():
        raise KeyError
    assert getattr(jax.config, SETTING) == before > 0
