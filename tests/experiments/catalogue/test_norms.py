"""The catalogue of norms: what docstrings say, what is measured, what is drawn."""

import re
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from experiments.catalogue.kept import read_kept
from experiments.catalogue.norms.catalogue import NORM_CATALOGUE
from experiments.catalogue.norms.cost import cost
from experiments.catalogue.norms.dependence import dependence, in_words, packed, unpacked
from experiments.catalogue.norms.docstring import documented
from experiments.catalogue.norms.drawing import drawing
from experiments.catalogue.norms.measured import from_kept
from experiments.catalogue.norms.subject import BLOCKS, defaults, drawn_settings, made, subjects
from experiments.catalogue.norms.traits import traits

DOCS = Path(__file__).parents[3] / "docs"
SUBJECTS = subjects()
MEASURED_ANEW = ("batch",)
each_subject = pytest.mark.parametrize("name", SUBJECTS)
each_measured = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] * (name not in MEASURED_ANEW)) for name in SUBJECTS]
)


@each_subject
def test_every_docstring_has_formula_settings_and_source(name):
    words = documented(SUBJECTS[name].factory)
    assert re.fullmatch(r"[A-Z][\w \-()]+", words.title)
    assert re.search(r"\b[wx]\b", words.formula[0])
    assert tuple(words.settings) == tuple(defaults(SUBJECTS[name]))
    assert name == "none" or re.search(r'^[A-Z]\w+, .*".+".*, (19|20)\d\d', words.source)


@pytest.mark.parametrize(
    "text",
    ['"""Batch norm over all.\n\nSource: Me, 2020."""', '"""Batch norm: y = x.\n\nReturns:\n  y."""', '""'],
)
def test_a_docstring_without_formula_or_source_is_refused(text):
    def some_norm():
        pass

    some_norm.__doc__ = text.strip('"')
    with pytest.raises(ValueError, match="some_norm: the docstring must begin 'Title: formula.'"):
        documented(some_norm)


def test_lines_that_are_set_apart_belong_to_the_formula():
    lines = documented(SUBJECTS["batch_renorm"].factory).formula
    assert [line.split(" = ")[0] for line in lines] == ["y", "r", "d"]


@pytest.mark.slow
@each_measured
def test_what_is_kept_is_what_is_measured(name):
    subject, kept = SUBJECTS[name], from_kept(read_kept(NORM_CATALOGUE, DOCS)[name])
    training, evaluation = dependence(subject, train=True), dependence(subject, train=False)
    assert (packed(training), packed(evaluation)) == (kept.training, kept.evaluation)
    assert traits(subject, training, evaluation) == kept.traits
    # Another version of XLA may count a little otherwise.
    np.testing.assert_allclose(cost(subject).training, kept.cost.training, rtol=0.3, atol=0.5)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["batch", "group", "local_response"])
def test_the_derivative_finds_what_moving_each_entry_finds(name):
    subject = SUBJECTS[name]
    block = subject.block
    with jax.enable_x64(True):
        norm = made(subject, drawn_settings(subject), block.shape)
        x = jax.random.normal(jax.random.key(5), block.shape, jnp.float64)
        moved = x[None] + 0.1 * jnp.eye(x.size).reshape(x.size, *block.shape)

        @jax.jit
        def outputs(blocks):
            return jax.vmap(lambda x: norm.apply(norm.params, norm.state, x)[0][block.output])(blocks)

        change = np.abs(np.asarray(outputs(moved) - outputs(x[None])))
    # Far above rounding, far below what any entry of these norms does.
    found = (change > 1e-10).reshape(block.shape)
    assert (found == dependence(subject, train=True)).all()
    assert (found != dependence(SUBJECTS["layer"], train=True)).any()


@pytest.mark.parametrize(
    ("name", "training", "evaluation"),
    [
        ("none", "itself alone", "itself alone"),
        ("batch", "all examples, all positions, its own feature", "itself alone"),
        ("ghost_batch", "a group of 2 examples, all positions, its own feature", "itself alone"),
        ("layer", *["its own example, its own position, all features"] * 2),
        ("group", *["its own example, all positions, a group of 4 features"] * 2),
        (
            "evonorm_b0",
            "all examples, all positions, its own feature",
            "its own example, all positions, its own feature",
        ),
        ("divisive", *["its own example, its own position, features at most 4 away"] * 2),
        ("weights.weight", *["all positions, all inputs, its own output"] * 2),
        ("weights.spectral", *["every entry"] * 2),
    ],
)
def test_the_dependence_in_words(name, training, evaluation):
    kept = from_kept(read_kept(NORM_CATALOGUE, DOCS)[name])
    shape = SUBJECTS[name].block.shape
    words = [in_words(unpacked(digits, shape), SUBJECTS[name]) for digits in (kept.training, kept.evaluation)]
    assert words == [training, evaluation]


def test_entries_that_are_no_box_are_said_to_be_some():
    block, entries = BLOCKS["activations"], np.zeros(BLOCKS["activations"].shape, bool)
    entries[block.output] = entries[1, 0, 0, 3] = True
    assert in_words(entries, SUBJECTS["batch"]).endswith("(of these, some)")


def test_what_is_packed_is_unpacked():
    entries = np.random.default_rng(0).random((3, 5, 7)) < 0.5
    assert (unpacked(packed(entries), entries.shape) == entries).all()


def kept_traits(name):
    return set(from_kept(read_kept(NORM_CATALOGUE, DOCS)[name]).traits)


def test_what_a_norm_is_like():
    assert {"couples examples", "remembers", "subtracts the mean", "scale invariant"} <= kept_traits("batch")
    assert {"subtracts the mean", "per example"} & kept_traits("rms") == {"per example"}
    assert {"subtracts the mean", "scale invariant"} & kept_traits("mean_only_batch") == {
        "subtracts the mean"
    }
    holding = {name for name in SUBJECTS if "holds an activation" in kept_traits(name)}
    assert holding == {"filter_response", *(f"evonorm_{each}" for each in ("b0", "b1", "s0", "s0a", "s1"))}
    folding = {name for name in SUBJECTS if "folds away" in kept_traits(name)}
    assert folding == {"batch", "ghost_batch", "batch_renorm", "mean_only_batch", "power"}
    masking = {name for name in SUBJECTS if "takes a mask" in kept_traits(name)}
    assert masking == {name for name in SUBJECTS if not name.startswith("weights.")}


def faces(svg, kind):
    (path,) = re.findall(rf'class="{kind}" d="([^"]*)"', svg) or [""]
    return path.count("M")


@pytest.mark.parametrize("of", BLOCKS)
def test_every_visible_face_is_drawn_once_in_its_colour(of):
    block = BLOCKS[of]
    everything = drawing(np.ones(block.shape, bool), block)
    alone = np.zeros(block.shape, bool)
    alone[block.output] = True
    by_itself = drawing(alone, block)
    total = 6 * 12 + 4 * 12 + 4 * 6
    assert faces(everything, "off") == 0
    assert (faces(everything, "one"), faces(everything, "on")) == (2, total - 2)
    assert (faces(by_itself, "one"), faces(by_itself, "on"), faces(by_itself, "off")) == (2, 0, total - 2)


def test_a_column_of_a_kernel_is_drawn_as_one():
    block = BLOCKS["weights"]
    column = np.zeros(block.shape, bool)
    column[..., block.output[-1]] = True
    svg = drawing(column, block)
    assert faces(svg, "one") + faces(svg, "on") == 6 + 4
    assert ">outputs</text>" in svg
    assert ">inputs</text>" in svg
