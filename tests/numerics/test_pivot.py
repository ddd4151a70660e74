import jax.numpy as jnp
import numpy as np
import pytest

from bnact.numerics.members import ALONE
from bnact.numerics.pivot import pivot


def pivot_of(values):
    return float(pivot(jnp.asarray(values, jnp.float32), (0,), None, ALONE))


def test_of_few_values_it_is_the_first():
    assert pivot_of([7.0, 1.0, 2.0]) == 7.0


@pytest.mark.parametrize("place", [0, 2500, 4999])
def test_of_many_no_single_one_spoils_it(place):
    values = np.random.default_rng(0).normal(size=5000)
    values[place] = 1e7
    assert abs(pivot_of(values)) < 10.0


def test_of_a_masked_array_it_is_one_that_counts():
    values, mask = jnp.array([np.nan, 3.0, 2.0, 9.0]), jnp.array([False, True, False, True])
    assert float(pivot(values, (0,), mask, ALONE)) == 3.0


def test_of_nothing_it_is_infinite():
    assert pivot_of(np.zeros(0)) == np.inf
