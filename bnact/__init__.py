"""bnact: given this activation, this normalization and this order, will it train, why, and what is best?"""

from . import activations as activations
from . import convert as convert
from . import data as data
from . import distributed as distributed
from . import fused as fused
from . import gradient_graph as gradient_graph
from . import invariants as invariants
from . import nn as nn
from . import normalizations as normalizations
from . import numerics as numerics
from . import probes as probes
from . import theory as theory
from . import training as training
