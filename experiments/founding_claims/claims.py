"""Every founding claim by name."""

from collections.abc import Mapping
from types import MappingProxyType

from bnact.studies.claim import Claim

from . import norm_after_activation, norm_cures_dead_relu, sigmoid_confined, sigmoid_with_norm, tanh_with_norm

CLAIMS: Mapping[str, Claim] = MappingProxyType(
    {
        "sigmoid_with_norm": sigmoid_with_norm.CLAIM,
        "tanh_with_norm": tanh_with_norm.CLAIM,
        "norm_cures_dead_relu": norm_cures_dead_relu.CLAIM,
        "norm_after_activation": norm_after_activation.CLAIM,
        "sigmoid_confined": sigmoid_confined.CLAIM,
    }
)
