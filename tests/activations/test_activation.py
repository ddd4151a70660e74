import copy
import dataclasses
import functools
import pickle

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.activations import ACTIVATIONS

each_activation = pytest.mark.parametrize("act", ACTIVATIONS.values(), ids=list(ACTIVATIONS))


def functions(act):
    return [fn for fn in (act, act.derivative, act.second_derivative, act.inverse) if fn is not None]


@pytest.mark.parametrize("dtype", [jnp.float16, jnp.bfloat16, jnp.float32, jnp.float64])
@each_activation
def test_shape_and_dtype_are_kept(act, dtype):
    with jax.enable_x64(True):
        for fn in functions(act):
            for shape in ((), (0,), (2, 3)):
                x = jax.ShapeDtypeStruct(shape, dtype)
                assert jax.eval_shape(fn, x) == x


@pytest.mark.parametrize("x", [1, True, 1j, np.arange(3), np.zeros(2, np.complex64)], ids=repr)
@each_activation
def test_only_real_floating_point(act, x):
    for fn in functions(act):
        with pytest.raises(TypeError, match=f"{act.name}.*: x must be real floating point; got .*; cast it"):
            fn(x)


@each_activation
def test_a_static_argument_of_jit(act):
    @functools.partial(jax.jit, static_argnums=0)
    def apply(act, x):
        return act(x)

    np.testing.assert_allclose(apply(act, jnp.float32(0.5)), act(jnp.float32(0.5)), rtol=1e-6)
    assert len({act, act, dataclasses.replace(act)}) == 1


def test_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        ACTIVATIONS["relu"].name = "other"  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize(
    "fields, message",
    [
        (
            {"range": (1.0, 0.0)},
            r"range must be .* with low < high; got \(1.0, 0.0\); order it; a constant is no activation",
        ),
        ({"lipschitz": 0.0}, "lipschitz must be positive; got 0.0; give"),
        ({"kinks": (1.0,)}, r"every kink must be among breakpoints; got kinks \(1.0,\) and breakpoints \(\)"),
    ],
)
def test_facts_that_cannot_be(fields, message):
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(ACTIVATIONS["tanh"], **fields)


@pytest.mark.parametrize("name", ["gelu", "sign", "leaky_relu"])
def test_a_registered_record_is_pickled_and_copied_as_itself(name):
    act = ACTIVATIONS[name]
    assert pickle.loads(pickle.dumps(act)) is act
    assert copy.deepcopy({"act": act})["act"] is act
    assert copy.copy(act) is act
