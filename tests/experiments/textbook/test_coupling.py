import numpy as np
import pytest

from experiments.textbook.coupling import BATCH, coupled_gradients, gradients_under
from experiments.textbook.functions import influence, normalized_losses, plain_losses


def distance(rows, of_mean):
    assert rows.shape == (BATCH, *of_mean.shape)
    return np.linalg.norm(rows.mean(axis=0) - of_mean) / np.linalg.norm(of_mean)


@pytest.mark.parametrize("norm", ["none", "layer"])
def test_the_mean_of_the_gradients_is_the_gradient_of_the_mean_where_examples_are_apart(norm):
    found = gradients_under(norm)
    assert distance(found.alone, found.of_mean) < 1e-12
    assert np.linalg.matrix_rank(found.alone) > 1


def test_an_example_alone_is_a_batch_of_one_which_batch_norm_refuses():
    with pytest.raises(ValueError, match="batch_norm: training takes statistics over at least 2 examples"):
        gradients_under("batch")


def test_what_examples_contribute_to_batch_norm_sums_to_its_gradient():
    found = coupled_gradients()
    assert distance(found.contributed, found.of_mean) < 1e-12
    assert distance(found.left_out, found.of_mean) > 0.1
    assert distance(found.held, found.of_mean) > 0.1


def test_inputs_reach_other_losses_through_batch_norm_alone():
    apart, coupled = influence(plain_losses), influence(normalized_losses)
    beside = ~np.eye(4, dtype=bool)
    assert not apart[beside].any()
    assert np.count_nonzero(coupled[beside]) == 9  # the first example is dead: its loss has no slope
    assert not coupled[0].any()
    # A shift of all inputs is taken out by the mean.
    np.testing.assert_allclose(coupled.sum(axis=1), 0.0, atol=1e-12)
