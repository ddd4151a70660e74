"""The bounds of a ratio of which a run never arrives, and its words."""

import numpy as np
import pytest

from experiments.founding_claims.speed.speedup import bounds_of, times_in_words

NEVER = float("inf")


@pytest.mark.parametrize(
    ("plain", "normed", "bounds"),
    [
        (200.0, 10.0, (20.0, 20.0)),
        (NEVER, 10.0, (30.0, NEVER)),
        (150.0, NEVER, (0.0, 0.5)),
        (NEVER, NEVER, (0.0, NEVER)),
    ],
)
def test_the_bounds_of_a_ratio(plain, normed, bounds):
    assert bounds_of(plain, normed, 300.0) == pytest.approx(bounds)


@pytest.mark.parametrize(("ratio", "words"), [(0.21, "0.2"), (9.94, "9.9"), (14.4, "14"), (np.nan, "–")])
def test_a_ratio_in_words(ratio, words):
    assert times_in_words(ratio) == words
