"""bnact.activations.learned.learnable: the registry of activations with parameters."""

import jax.numpy as jnp
import numpy as np
import pytest

from bnact.activations import LEARNABLE, Learnable, get_learnable, learnable_snake, prelu, swish
from bnact.activations import thresholded_linear as tlu

FUNCTIONS = {"prelu": prelu, "swish": swish, "thresholded_linear": tlu, "snake": learnable_snake}
X = np.array([[-3.1, -0.4, 0.7, 2.2], [1.3, 0.55, -2.6, -0.9]])
each = pytest.mark.parametrize("name", LEARNABLE)


@each
def test_the_record(name):
    record = LEARNABLE[name]
    assert record.name == name
    assert record.formula
    assert record.source
    params = record.init(4)
    assert (params.shape, params.dtype) == ((4,), jnp.float32)
    assert record.init(4, jnp.float16).dtype == jnp.float16
    x = X.astype(np.float32)
    np.testing.assert_array_equal(record.apply(params, x), FUNCTIONS[name](x, params))


def test_first_values():
    first = {name: float(record.init(1)[0]) for name, record in LEARNABLE.items()}
    assert first == {"prelu": 0.25, "swish": 1.0, "thresholded_linear": 0.0, "snake": 1.0}


def test_by_name_and_by_itself():
    assert get_learnable("prelu") is LEARNABLE["prelu"]
    own = LEARNABLE["prelu"]._replace(name="own")
    assert get_learnable(own) is own
    assert isinstance(own, Learnable)


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda: get_learnable("prelo"), ValueError, "got 'prelo'; nearest: prelu"),
        (lambda: get_learnable("qqqq"), ValueError, "got 'qqqq'; use one of prelu, swish"),
        (lambda: get_learnable(3), TypeError, "must be a name or a Learnable; got int"),  # pyright: ignore[reportArgumentType]
        (lambda: LEARNABLE["swish"].init(0), ValueError, "num_features must be at least 1; got 0"),
    ],
)
def test_refusals_of_the_registry(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_the_registry_cannot_be_changed():
    with pytest.raises(TypeError):
        LEARNABLE["own"] = LEARNABLE["prelu"]  # pyright: ignore[reportIndexIssue]
