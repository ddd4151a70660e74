import pytest

import bnact
from bnact.studies import setting_id
from bnact.training import Setting
from experiments.initialization import gain


@pytest.mark.parametrize("name", bnact.activations.ACTIVATIONS)
def test_a_gain_is_that_of_theory_in_six_digits(name):
    exact = bnact.theory.gain(name, preserve="second_moment")
    assert gain(name) == pytest.approx(exact, rel=5e-6)
    assert len(f"{gain(name)!r}".replace(".", "").lstrip("0")) <= 6


def test_the_identity_of_a_run_does_not_hang_on_the_last_bit(monkeypatch):
    exact = bnact.theory.gain("relu", preserve="second_moment")
    monkeypatch.setattr(bnact.theory, "gain", lambda *_, **__: exact * (1.0 + 2.0**-52))
    gain.cache_clear()
    try:
        moved = gain("relu")
    finally:
        gain.cache_clear()
    assert moved != exact
    assert setting_id(Setting(gain=moved)) == setting_id(Setting(gain=1.41421))
