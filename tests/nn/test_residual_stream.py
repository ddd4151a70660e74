"""The two kinds of residual streams, by name."""

import pytest

from bnact.nn.design import PairKind, named_design
from bnact.nn.residual_stream import KINDS, post_kind, residual_kind


@pytest.mark.parametrize("name, ends", [("identity", 1), ("post", 0)])
def test_only_an_identity_stream_ends_with_a_pair(name, ends):
    design = named_design("net", PairKind("layer", "tanh", "before"))
    assert len(residual_kind("net", name, design).end(4)) == ends
    assert name in KINDS


def test_a_design_that_does_not_part_its_pair_has_no_post_blocks():
    design = named_design("net", PairKind("layer", "tanh", "before"))
    with pytest.raises(
        ValueError, match="post_kind: the design must say how its pair is parted, .*; got parted"
    ):
        post_kind(design._replace(parted=None))
