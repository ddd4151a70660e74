"""Every norm by name."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from bnact.normalizations.batch_norm import batch_norm
from bnact.normalizations.batch_renorm import batch_renorm
from bnact.normalizations.divisive_norm import divisive_norm
from bnact.normalizations.dynamic_erf import dynamic_erf
from bnact.normalizations.dynamic_tanh import dynamic_tanh
from bnact.normalizations.evonorm_batch import evonorm_b0, evonorm_b1
from bnact.normalizations.evonorm_sample import evonorm_s0, evonorm_s0a, evonorm_s1
from bnact.normalizations.filter_response_norm import filter_response_norm
from bnact.normalizations.ghost_batch_norm import ghost_batch_norm
from bnact.normalizations.group_norm import group_norm
from bnact.normalizations.identity import none
from bnact.normalizations.instance_norm import instance_norm
from bnact.normalizations.layer_norm import layer_norm
from bnact.normalizations.local_response_norm import local_response_norm
from bnact.normalizations.mean_only_batch_norm import mean_only_batch_norm
from bnact.normalizations.named import named
from bnact.normalizations.normalization import Normalization
from bnact.normalizations.power_norm import power_norm
from bnact.normalizations.rms_norm import rms_norm
from bnact.normalizations.scale_norm import scale_norm

Factory = Callable[..., Normalization]

NORMALIZATIONS: Mapping[str, Factory] = MappingProxyType(
    {
        "none": none,
        "batch": batch_norm,
        "ghost_batch": ghost_batch_norm,
        "batch_renorm": batch_renorm,
        "mean_only_batch": mean_only_batch_norm,
        "layer": layer_norm,
        "rms": rms_norm,
        "scale": scale_norm,
        "power": power_norm,
        "group": group_norm,
        "instance": instance_norm,
        "filter_response": filter_response_norm,
        "evonorm_b0": evonorm_b0,
        "evonorm_b1": evonorm_b1,
        "evonorm_s0": evonorm_s0,
        "evonorm_s0a": evonorm_s0a,
        "evonorm_s1": evonorm_s1,
        "dynamic_tanh": dynamic_tanh,
        "dynamic_erf": dynamic_erf,
        "local_response": local_response_norm,
        "divisive": divisive_norm,
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
    return named("normalizations", NORMALIZATIONS, name)
