"""bnact.activations.learned.either: fixed activations and those that learn, by one name."""

import numpy as np
import pytest

from bnact.activations import ACTIVATIONS, LEARNABLE, at_first, fixed_or_learnable, get, verify


@pytest.mark.parametrize("name", LEARNABLE)
def test_a_name_is_the_fixed_one_where_there_is_one(name):
    assert fixed_or_learnable(name) is ACTIVATIONS.get(name, LEARNABLE[name])
    assert fixed_or_learnable(LEARNABLE[name]) is LEARNABLE[name]


def test_what_get_knows():
    assert fixed_or_learnable("softplus(beta=2)") is get("softplus(beta=2.0)")
    with pytest.raises(ValueError, match="got 'rellu'; nearest: relu"):
        fixed_or_learnable("rellu")
    with pytest.raises(TypeError, match="must be a name or an Activation; got int"):
        fixed_or_learnable(3)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    "name, fixed",
    [
        ("prelu", "leaky_relu(slope=0.25)"),
        ("swish", "silu"),
        ("thresholded_linear", "relu"),
        ("snake", "snake"),
    ],
)
def test_at_first_it_is_one_without_parameters(name, fixed):
    act = at_first(LEARNABLE[name])
    assert act is at_first(LEARNABLE[name])
    verify(act)
    assert act.kinks == get(fixed).kinks
    x = np.linspace(-5.0, 5.0, 101, dtype=np.float32)
    np.testing.assert_allclose(act(x), get(fixed)(x), rtol=1e-6, atol=1e-7)
