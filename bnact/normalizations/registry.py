"""Every norm by name."""

import difflib
from collections.abc import Callable, Mapping
from types import MappingProxyType

from bnact.normalizations.batch_norm import batch_norm
from bnact.normalizations.identity import none
from bnact.normalizations.layer_norm import layer_norm
from bnact.normalizations.normalization import Normalization
from bnact.normalizations.rms_norm import rms_norm

Factory = Callable[..., Normalization]

NORMALIZATIONS: Mapping[str, Factory] = MappingProxyType(
    {
        "none": none,
        "batch": batch_norm,
        "layer": layer_norm,
        "rms": rms_norm,
    }
)


def get(name: str) -> Factory:
    """The factory of the norm of that name, as in `get("batch")(epsilon=1e-5, momentum=0.99)`.

    Args:
      name: a key of `NORMALIZATIONS`.

    Returns:
      Function of the norm's own settings, all with defaults, that returns a `Normalization`.

    Raises:
      ValueError: there is no norm of that name; the nearest are named.
    """
    if name not in NORMALIZATIONS:
        nearest = difflib.get_close_matches(name, NORMALIZATIONS, cutoff=0.5) or list(NORMALIZATIONS)
        raise ValueError(
            f"normalizations: name must be one of {', '.join(NORMALIZATIONS)}; got {name!r}; "
            f"use {' or '.join(map(repr, nearest))}"
        )
    return NORMALIZATIONS[name]
