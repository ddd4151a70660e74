"""Activations with parameters that are learned: arrays, given to a pure function."""

from .either import at_first as at_first
from .either import fixed_or_learnable as fixed_or_learnable
from .kinked import prelu as prelu
from .kinked import thresholded_linear as thresholded_linear
from .learnable import LEARNABLE as LEARNABLE
from .learnable import Learnable as Learnable
from .learnable import get_learnable as get_learnable
from .learnable_snake import learnable_snake as learnable_snake
from .surface import Surface as Surface
from .surface import bound_to_partials as bound_to_partials
from .surface import over_last_axis as over_last_axis
from .swish import swish as swish
