"""Which norms of the registry the fused rule is for: those that say so of themselves."""

import pytest

from bnact.fused import fused_norms, own
from bnact.normalizations import NORMALIZATIONS


def test_the_registry_says_which_norms_these_are():
    assert set(fused_norms()) >= {"none", "batch", "ghost_batch", "layer", "rms", "group", "instance"}
    assert all(NORMALIZATIONS[name]().standardizes is None for name in {*NORMALIZATIONS} - {*fused_norms()})


@pytest.mark.parametrize("norm", fused_norms())
def test_what_one_says_of_itself_is_what_it_does(norm):
    said = own.standardizes_of(norm)
    made = NORMALIZATIONS[norm]()
    assert made.standardizes is not None
    assert made.apply == made.standardizes.apply
    assert said.name.startswith(norm)
    assert (said.memory is not None) == (made.init(32)[1] != ())
