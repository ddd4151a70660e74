"""Properties in words, and the search by them."""

import dataclasses
from pathlib import Path

import pytest

from bnact.activations import ACTIVATIONS, PROPERTIES, get, names_with, properties

TANH = {
    *("continuous", "differentiable", "smooth", "monotone", "strictly monotone", "invertible", "bounded"),
    *("bounded below", "bounded above", "saturating", "Lipschitz", "1-Lipschitz", "odd"),
}
RELU = {
    "continuous",
    "monotone",
    "bounded below",
    "never negative",
    "Lipschitz",
    "1-Lipschitz",
    "flat somewhere",
}


@pytest.mark.parametrize("name, expected", [("tanh", TANH), ("relu", RELU)])
def test_what_an_activation_has(name, expected):
    assert set(properties(get(name))) == expected


def test_the_search_of_the_documentation():
    found = names_with("monotone", "smooth", "bounded below")
    assert {"softplus", "sigmoid"} <= set(found)
    assert not {"relu", "silu", "identity"} & set(found)


@pytest.mark.parametrize("name", PROPERTIES)
def test_every_activation_has_a_property_or_not(name):
    having, lacking = names_with(name), names_with(f"not {name}")
    assert sorted((*having, *lacking)) == sorted(ACTIVATIONS)
    assert all(name in properties(ACTIVATIONS[each]) for each in having)


def test_each_property_follows_from_the_facts():
    identity = get("identity")
    assert "surrogate gradient" in properties(dataclasses.replace(identity, surrogate=lambda x: x))
    assert "continuous" not in properties(
        dataclasses.replace(identity, jumps=(0.0,), kinks=(0.0,), breakpoints=(0.0,))
    )
    assert "even" in properties(dataclasses.replace(identity, symmetry="even"))


def test_nothing_wanted_is_everything():
    assert names_with() == tuple(ACTIVATIONS)


def test_an_unknown_property():
    with pytest.raises(ValueError, match="got 'monoton'; nearest: monotone"):
        names_with("smooth", "monoton")
    with pytest.raises(ValueError, match="got 'qqqq'; use one of continuous, "):
        names_with("qqqq")


def test_several_names_in_one_argument():
    with pytest.raises(
        TypeError, match="^names_with: every property must be a string; got list; use .*names"
    ):
        names_with(["smooth"])  # pyright: ignore[reportArgumentType]


def test_the_documentation_shows_every_meaning():
    page = (Path(__file__).parents[2] / "docs" / "activations.md").read_text()
    for name, each in PROPERTIES.items():
        assert f"| {name} | {each.meaning} |" in page
