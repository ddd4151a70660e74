import numpy as np
import pytest

from experiments.textbook.coupling import gradients_under, influence, meanings_under_batch_norm


def distance(rows, of_mean):
    return np.linalg.norm(rows.mean(axis=0) - of_mean) / np.linalg.norm(of_mean)


@pytest.mark.parametrize(("norm", "equal"), [("none", True), ("layer", True), ("batch", False)])
def test_the_mean_of_the_gradients_is_the_gradient_of_the_mean_where_examples_are_apart(norm, equal):
    found = gradients_under(norm)
    assert found.own.shape == (8, *found.of_mean.shape)
    assert (distance(found.own, found.of_mean) < 1e-12) == equal


def test_what_examples_contribute_to_batch_norm_sums_to_its_gradient():
    of_mean, meanings = gradients_under("batch").of_mean, meanings_under_batch_norm()
    assert distance(meanings.contributed, of_mean) < 1e-12
    assert distance(meanings.left_out, of_mean) > 0.1


def test_inputs_reach_other_losses_through_batch_norm_alone():
    apart, coupled = influence(False), influence(True)
    beside = ~np.eye(4, dtype=bool)
    assert not apart[beside].any()
    assert np.count_nonzero(coupled[beside]) == 9  # the first example is dead: its loss has no slope
    assert not coupled[0].any()
    # A shift of all inputs is taken out by the mean.
    np.testing.assert_allclose(coupled.sum(axis=1), 0.0, atol=1e-12)
