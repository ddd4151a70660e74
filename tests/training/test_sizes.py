"""An architecture made by hand says what it lacks."""

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
