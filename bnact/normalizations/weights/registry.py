"""Every norm of weights by name."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from bnact.normalizations.named import named
from bnact.normalizations.weights.scaled_standardization import scaled_weight_standardization
from bnact.normalizations.weights.spectral_norm import spectral_norm
from bnact.normalizations.weights.standardization import weight_standardization
from bnact.normalizations.weights.weight_norm import weight_norm
from bnact.normalizations.weights.weight_normalization import WeightNormalization

WeightFactory = Callable[..., WeightNormalization]

WEIGHT_NORMALIZATIONS: Mapping[str, WeightFactory] = MappingProxyType(
    {
        "weight": weight_norm,
        "spectral": spectral_norm,
        "standardization": weight_standardization,
        "scaled_standardization": scaled_weight_standardization,
    }
)


def get(name: str) -> WeightFactory:
    """The factory of the norm of weights of that name, as in `get("spectral")(iterations=2)`.

    Args:
      name: a key of `WEIGHT_NORMALIZATIONS`.

    Returns:
      Function of the norm's own settings, all with defaults, that returns a `WeightNormalization`.

    Raises:
      ValueError: there is none of that name; the nearest are named.
    """
    return named("weights", WEIGHT_NORMALIZATIONS, name)
