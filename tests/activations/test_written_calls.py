"""bnact.activations.factories: an activation with parameters, found by a written call."""

import inspect

import pytest

from bnact import activations
from bnact.activations import ACTIVATIONS, FACTORIES, get, separate_names, softplus

each_factory = pytest.mark.parametrize("name", FACTORIES)


def others(name):
    """Parameters that are not the default ones, whatever the factory."""
    defaults = {each.name: each.default for each in inspect.signature(FACTORIES[name]).parameters.values()}
    return {parameter: value * 0.75 + 0.1 for parameter, value in defaults.items()}


def test_every_function_that_makes_an_activation_is_there():
    made = {
        name
        for name, each in vars(activations).items()
        if inspect.isfunction(each) and "Activation" in str(inspect.signature(each).return_annotation)
    }
    assert made - {"get", "activation_of", "at_first", "fixed_or_learnable"} == {*FACTORIES}


@each_factory
def test_a_record_is_found_by_its_own_name(name):
    made = FACTORIES[name](**others(name))
    assert "(" in made.name
    assert get(made.name) is made


@each_factory
def test_without_parameters_it_is_the_default(name):
    assert get(f"{name}()") is FACTORIES[name]()


@pytest.mark.parametrize(
    "text, name",
    [
        ("softplus(beta=2)", "softplus(beta=2.0)"),
        (" hard_tanh( high = 2 ) ", "hard_tanh(low=-1.0, high=2.0)"),
        ("leaky_relu(slope=-0.0)", "leaky_relu(slope=0.0)"),
        ("elu(alpha=1e0)", "elu"),
    ],
)
def test_one_record_however_it_is_written(text, name):
    assert get(text).name == name
    assert get(get(text).name) is get(text)


@pytest.mark.parametrize(
    "text, message",
    [
        (
            "softplus(beta=)",
            "written as name.parameter=number, .*got 'softplus.beta=.'; use for example soft",
        ),
        ("softplus(2.0)", "written as name"),
        ("softplus(beta=1, beta=2)", "each once; got"),
        ("softplus(beta=1)(x)", "written as name"),
        ("(((", "written as name"),
        ("softplus(beta=1\0)", "written as name"),
        ("softplus(" * 5000, "written as name"),
        ("rellu(slope=1)", "must be a name in FACTORIES; got 'rellu'; nearest: rrelu"),
        (
            "softplus(gamma=1)",
            "^softplus: a parameter must be one of beta; got 'gamma' in .*; use softplus.beta",
        ),
        ("softplus(**{'beta': 1})", "^activation: parameters must be written as name"),
        (
            "softplus(beta='2')",
            "^softplus: beta must be a number; got beta='2' in .*; use for example beta=1.0",
        ),
        ("softplus(beta=True)", "^softplus: beta must be a number; got beta=True"),
        ("softplus(beta=print())", "^softplus: beta must be a number; got beta='print..'"),
        ("softplus(beta=-1)", r"^softplus: beta must be within \[1e-06, 1e\+06\]; got beta=-1.0; use"),
        (f"softplus(beta=1{'0' * 400})", "^softplus: beta must be within .*; got beta=inf"),
    ],
    ids=range(15),
)
def test_what_is_no_call_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        get(text)


def test_nothing_is_evaluated():
    with pytest.raises(ValueError, match="beta must be a number"):
        get("softplus(beta=[].append(softplus))")
    assert get("softplus(beta=2.0)") is softplus(2.0)


def test_names_with_commas_between_them():
    assert separate_names("relu, hard_tanh(low=-2, high=2),gelu") == [
        "relu",
        "hard_tanh(low=-2, high=2)",
        "gelu",
    ]
    assert separate_names("") == []
    assert separate_names(",".join(ACTIVATIONS)) == [*ACTIVATIONS]
