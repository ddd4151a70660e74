"""bnact.activations.pickling: a record in another process is the record that the process makes itself."""

import dataclasses
import functools
import pickle
import subprocess
import sys

import jax
import jax.numpy as jnp
import pytest

from bnact.activations import (
    ACTIVATIONS,
    FACTORIES,
    Activation,
    activation_of,
    hard_tanh,
    leaky_relu,
    softplus,
)


def bump(x):
    return jnp.exp(-x * x)


def there_and_back(act: Activation) -> Activation:
    return pickle.loads(pickle.dumps(act))


@pytest.mark.parametrize(
    "act",
    [
        *ACTIVATIONS.values(),
        softplus(2.0),
        hard_tanh(-0.1, 1.0 / 3.0),
        leaky_relu(1e-7),
        FACTORIES["shrink"](2.0, 0.1),
    ],
    ids=lambda act: act.name,
)
def test_what_a_name_finds_comes_back_as_itself(act):
    assert there_and_back(act) is act
    assert pickle.loads(pickle.dumps(act)) == act


@pytest.mark.parametrize(
    "fn", [bump, jax.nn.relu6, jnp.tanh, jax.scipy.special.erf], ids=lambda fn: fn.__name__
)
def test_a_function_of_a_module_comes_back_as_itself(fn):
    act = activation_of(fn, "mine")
    assert there_and_back(act) is act


def test_all_that_it_was_made_of_comes_back():
    act = activation_of(jnp.arctan, "mine", inverse=jnp.tan, formula="arctan(x)", source="this test")
    again = there_and_back(act)
    assert again is act
    assert (again.formula, again.source) == ("arctan(x)", "this test")
    assert again.inverse is not None


def test_equal_arguments_are_one_record():
    assert activation_of(bump, "mine") is activation_of(bump, "mine")
    assert activation_of(bump, "mine") != activation_of(bump, "other")


def test_in_another_process():
    act, adopted = softplus(2.0), activation_of(jnp.tanh, "mine")
    program = (
        "import pickle, sys; act, adopted = pickle.load(sys.stdin.buffer); "
        "sys.stdout.write(f'{act.name} {float(act(0.0)):.4f} {adopted.name} {float(adopted(1.0)):.4f}')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], input=pickle.dumps((act, adopted)), capture_output=True, check=True
    )
    assert done.stdout.decode() == f"softplus(beta=2.0) {float(act(0.0)):.4f} mine 0.7616"


def test_an_equal_record_compiles_once():
    traces = []

    @functools.partial(jax.jit, static_argnums=0)
    def apply(act, x):
        traces.append(act.name)
        return act(x)

    for act in (softplus(2.0), there_and_back(softplus(2.0)), activation_of(bump, "mine")):
        apply(act, jnp.float32(0.5))
    apply(there_and_back(activation_of(bump, "mine")), jnp.float32(0.5))
    assert traces == ["softplus(beta=2.0)", "mine"]


def made_inside():
    def inner(x):
        return jnp.sin(x)

    return inner


@pytest.mark.parametrize("fn", [lambda x: jnp.sin(x), made_inside()], ids=["lambda", "inner"])
def test_a_function_without_a_place_is_refused(fn):
    with pytest.raises(
        TypeError, match=r"^pickle: what an activation is made of must be .*; got .*; write it as"
    ):
        pickle.dumps(activation_of(fn, "mine"))


@pytest.mark.parametrize(
    "act",
    [
        dataclasses.replace(leaky_relu(0.2), name="own"),
        dataclasses.replace(leaky_relu(0.2), name="leaky_relu(slope=0.3)"),
        dataclasses.replace(ACTIVATIONS["gelu"], lipschitz=2.0),
    ],
    ids=["another name", "the name of another", "another fact"],
)
def test_a_record_changed_by_hand_is_refused(act):
    with pytest.raises(
        TypeError, match=r"^pickle: an activation must be registered, or be .*; got .*; make it by"
    ):
        pickle.dumps(act)


def test_an_adopted_record_changed_by_hand_is_refused():
    with pytest.raises(TypeError, match="^pickle: an activation must be"):
        pickle.dumps(dataclasses.replace(activation_of(bump, "mine"), name="own"))
