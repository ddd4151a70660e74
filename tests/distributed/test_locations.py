"""What is lowered without locations says nothing of the lines it comes from, and what follows does again."""

import jax
import jax.numpy as jnp
import pytest

from bnact import data
from bnact.distributed import Arrangement, without_locations
from bnact.fused import table_of
from bnact.training import Setting, compiled_program

SETTING = "jax_traceback_in_locations_limit"


@pytest.fixture(autouse=True)
def _unset(monkeypatch):
    """As on a machine where nobody has set it; and something to be left as it was found."""
    monkeypatch.delenv(SETTING.upper(), raising=False)
    found = limit()
    jax.config.update(SETTING, 7)
    yield
    jax.config.update(SETTING, found)


def limit():
    return getattr(jax.config, SETTING)


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
    with without_locations():
        with without_locations():
            assert limit() == 0
        assert limit() == 0
    assert limit() == 7
    with pytest.raises(KeyError), without_locations():
        raise KeyError
    assert limit() == 7


def test_who_sets_it_keeps_it(monkeypatch):
    monkeypatch.setenv(SETTING.upper(), "7")
    with without_locations():
        assert limit() == 7


def test_a_program_of_a_study_has_no_lines(monkeypatch):
    dataset, table = data.load("digits"), table_of(("relu",))
    arrangement = Arrangement(1, 1, "map")

    def text(width):
        setting = Setting(depth=1, width=width, steps=1, batch_size=4)
        return str(compiled_program(setting.program, dataset, arrangement, table).program.as_text())

    assert "run.py" not in text(5)
    # The twin: a user who asks for the lines has them.
    monkeypatch.setenv(SETTING.upper(), "7")
    assert "run.py" in text(6)
