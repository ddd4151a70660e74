"""What comparisons are of, and how it is called."""

import numpy as np
import pytest

from bnact.studies import Pair, works_better
from experiments.claims.chosen import ActivationAt, AtDepth, accuracy_differences
from experiments.founding_claims.accuracy.duels import Duel
from experiments.founding_claims.representation.last_layer import Network
from experiments.founding_claims.units.injured_relu import Injured
from tests.experiments.founding_claims.plausible_claims import rows_of


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (AtDepth(8), "depth 8"),
        (ActivationAt("relu", 8), "relu, depth 8"),
        (Duel("relu", "leaky_relu", 2), "relu \N{MINUS SIGN} leaky_relu, depth 2"),
        (Network(Pair("tanh", "none"), 8), "tanh, no norm, depth 8"),
        (Injured("step", 8), "huge step, depth 8"),
    ],
)
def test_a_key_says_in_words_what_it_is(key, words):
    assert str(key) == words


def test_a_comparison_keeps_its_key_and_makes_its_label_from_it():
    (made,) = works_better({AtDepth(8): np.linspace(0.01, 0.02, 10)}).comparisons
    assert (made.key.depth, made.label) == (8, "depth 8")


def test_differences_in_accuracy_are_told_apart_by_depth():
    found = accuracy_differences(rows_of("tanh_with_norm"), Pair("tanh", "batch"), Pair("relu", "batch"))
    assert list(found) == [AtDepth(2), AtDepth(8)]
    assert {each.shape for each in found.values()} == {(10,)}
