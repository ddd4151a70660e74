"""What other libraries call the activations."""

from collections.abc import Mapping
from types import MappingProxyType

OTHER_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "linear": "identity",
        "swish": "silu",
        "hard_swish": "hard_silu",
        "hardswish": "hard_silu",
        "hardsigmoid": "hard_sigmoid",
        "hardtanh": "hard_tanh",
        "logistic": "sigmoid",
        "gelu_new": "gelu_tanh",
        "gelu_approximate": "gelu_tanh",
        "heaviside": "step",
        "asinh": "arcsinh",
        "atan": "arctan",
        "exp": "exponential",
    }
)
"""From the name elsewhere to the one in `ACTIVATIONS`."""

OF_SEVERAL_FEATURES = (
    "softmax",
    "log_softmax",
    "softmin",
    "sparsemax",
    "maxout",
    "crelu",
    "glu",
    "geglu",
    "swiglu",
)
"""Functions of `bnact.activations` that others list among activations, but that are not elementwise."""
