"""bnact: given this activation, this normalization and this order, will it train, why, and what is best?"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

_ROOMS = (
    *("activations", "convert", "data", "distributed", "fused", "gradient_graph", "invariants", "nn"),
    *("normalizations", "numerics", "probes", "theory", "training"),
)


# A room is entered when it is first named: who uses one does not wait for the others, nor for flax.
def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"bnact: a name must be one of {', '.join(_ROOMS)}; got {name!r}")
    return importlib.import_module(f"{__name__}.{name}")


def __dir__() -> list[str]:
    return sorted((*globals(), *_ROOMS))
