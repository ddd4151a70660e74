"""An architecture made by hand says what it lacks, and its pairs have the size it says."""

import pytest
from flax import nnx

from bnact import nn
from bnact.fused import index_of, table_of
from bnact.training import ARCHITECTURES
from bnact.training.architectures import Size

TABLE = table_of(("relu",))
INDEX = index_of("relu", "batch", "before", TABLE)


@pytest.mark.parametrize("name", [name for name, each in ARCHITECTURES.items() if each.takes_images])
def test_an_architecture_of_images_says_that_it_needs_one(name):
    design = nn.Design(lambda units: nn.SwitchNormAct(units, INDEX, TABLE), nn.normal_with_gain(1.0))
    with pytest.raises(ValueError, match=f"^{name}: an example must be an image; got image_shape=None; use"):
        ARCHITECTURES[name].network(Size(3, None, 2, width=4, depth=2), design, nnx.Rngs(0))


def pair_sizes(name):
    """The features that the pairs of a small network are made for."""
    sizes = set()

    def pair(features):
        sizes.add(features)
        return nn.SwitchNormAct(features, INDEX, TABLE)

    design = nn.Design(pair, nn.normal_with_gain(1.0))
    size = Size(36, (6, 6, 1), 2, width=4, depth=2)
    nnx.eval_shape(lambda: ARCHITECTURES[name].network(size, design, nnx.Rngs(0)))
    return sizes


def test_pairs_stand_on_as_many_features_as_is_said():
    assert {name: pair_sizes(name) for name in ARCHITECTURES} == {
        name: {4 * each.pair_factor} for name, each in ARCHITECTURES.items()
    }
