"""What trace, step and descend refuse: each says the rule, what came, and what to do."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.gradient_graph import trace

X = np.ones((3, 2), np.float32)


@pytest.mark.parametrize(
    ("fn", "got"),
    [
        (lambda x: x, r"float32\[3, 2\]"),
        (lambda x: (jnp.sum(x), {"a": x}), r"float32\[\], float32\[3, 2\]"),
        (lambda x: jnp.sum(x)[None], r"float32\[1\]"),
        (lambda x: jnp.argmax(x), r"int32\[\]"),
        (lambda x: jnp.sum(x) > 0.0, r"bool\[\]"),
        (lambda x: jax.lax.complex(jnp.sum(x), 1.0), r"complex64\[\]"),
        (lambda x: None, "nothing"),
        (lambda x: "text", "'text'"),
        (lambda x: 2, "2"),
    ],
)
def test_a_function_that_does_not_return_one_real_number(fn, got):
    with pytest.raises(
        ValueError, match=rf"trace: fn must return one real number; got {got}; return .*jnp\.mean"
    ):
        trace(fn, X)


@pytest.mark.parametrize(
    ("args", "got"),
    [
        ((), "no argument"),
        ((3,), "3"),
        ((True, None), "True"),
        ((np.arange(3),), r"int64\[3\]"),
        (({"a": 1, "b": jnp.arange(2)},), r"1, int32\[2\]"),
        ((jax.random.key(0),), r"key<fry>\[\]"),
        ((np.array(["a"]),), "<U1"),
    ],
)
def test_no_argument_with_a_gradient(args, got):
    rule = rf"trace: an argument must be a real number or an array of them.*; got {got}.*; use 3\.0"
    with pytest.raises(ValueError, match=rule):
        trace(lambda *args: 1.0, *args)


@pytest.mark.parametrize("names", [[], ["a"], ["a", "b", "c"], ["a", "a"], ["a", ""], ["a", 3], "ab", 5])
def test_names_that_do_not_match(names):
    with pytest.raises(
        ValueError, match=r"trace: names must be 2 different words, .*; got .*; leave names out"
    ):
        trace(lambda x, y: x * y, 1.0, 2.0, names=names)


def test_names_that_make_two_inputs_alike():
    with pytest.raises(ValueError, match=r"must have different names; got a\['x'\] twice; use other names"):
        trace(lambda tree, y: tree["x"] * y, {"x": 1.0}, 2.0, names=("a", "a['x']"))


@pytest.mark.parametrize("transformation", [jax.jit, jax.grad])
def test_an_argument_that_is_being_traced(transformation):
    with pytest.raises(ValueError, match=r"must be known numbers; got .* being traced; call trace outside"):
        transformation(lambda x: trace(lambda x: x * x, x).gradients["x"])(1.0)


def test_a_reference_that_is_written_into():
    def fn(x):
        place = jax.new_ref(x)
        place[...] = place[...] * 2.0
        return jnp.sum(place[...])

    with pytest.raises(ValueError, match=r"must compute new arrays.*got a jax\.Ref in '.*'; use x\.at"):
        trace(fn, X)


def test_what_is_no_array_of_numbers_is_handed_on_as_it_is():
    def fn(settings, x):
        assert settings["mode"] == "double"
        assert settings["labels"].dtype.kind == "U"
        return settings["act"](jnp.sum(x)) * settings["power"]

    settings = {"mode": "double", "labels": np.array(["q"]), "act": jnp.tanh, "power": 2}
    graph = trace(fn, settings, X)
    assert list(graph.inputs) == ["x"]
    assert graph.step(0.1)[0] == settings


@pytest.fixture(scope="module")
def graph():
    return trace(lambda x: x * x, 1.0)


BAD_RATES = [
    True,
    np.True_,
    1j,
    "a",
    None,
    np.nan,
    np.inf,
    [0.1],
    [[1], [2, 3]],
    np.array([0.1]),
    np.array(1j),
]


@pytest.mark.parametrize("rate", BAD_RATES)
def test_a_learning_rate_that_is_no_finite_number(graph, rate):
    for caller, call in (("step", graph.step), ("descend", lambda rate: graph.descend(2, rate))):
        with pytest.raises(
            ValueError, match=rf"{caller}: learning_rate must be one finite number; got .*; use"
        ):
            call(rate)


@pytest.mark.parametrize("steps", [0, -1, 1.5, True, "3", None])
def test_steps_that_are_no_whole_number(graph, steps):
    with pytest.raises(
        ValueError, match=r"descend: steps must be a whole number of at least 1; got .*; use 10"
    ):
        graph.descend(steps)


def test_a_value_in_the_place_of_the_function_is_refused():
    with pytest.raises(
        TypeError, match=r"trace: the first argument must be a function; got 3; use trace\(fn,"
    ):
        trace(3, 1.0)  # pyright: ignore[reportArgumentType]
