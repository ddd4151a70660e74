"""Every activation by name.

Measured in float32 on a CPU at 900,000 points, in units of the last place: values are within 6.3 (gelu; elu
5.3 and tanh 4.4, which are XLA's own expm1 and tanh; the others 3.4), derivatives within 5.7, second
derivatives within 6.6 (silu 9.7, mish 12.8); save within 0.4 of a zero of silu' or mish', or of gelu'',
silu'' or mish'', where the absolute error is below 7e-8. Below the smallest normal number
everything, an input too, counts as 0, as XLA has it on a CPU.
"""

import difflib
from collections.abc import Mapping
from types import MappingProxyType

from .activation import Activation
from .gelu import GELU
from .rectifiers import ELU, IDENTITY, LEAKY_RELU, RELU, SELU
from .sigmoids import SIGMOID, SOFT_SIGN, TANH
from .smooth import MISH, SILU, SOFTPLUS

ACTIVATIONS: Mapping[str, Activation] = MappingProxyType(
    {
        "identity": IDENTITY,
        "relu": RELU,
        "leaky_relu": LEAKY_RELU,
        "elu": ELU,
        "selu": SELU,
        "softplus": SOFTPLUS,
        "sigmoid": SIGMOID,
        "tanh": TANH,
        "gelu": GELU,
        "silu": SILU,
        "mish": MISH,
        "soft_sign": SOFT_SIGN,
    }
)


def get(activation: str | Activation) -> Activation:
    """The activation of that name.

    Args:
      activation: a key of `ACTIVATIONS`, or an `Activation`, which is returned as it is.

    Returns:
      The activation.

    Raises:
      ValueError: no activation has that name; the message has the nearest names.
      TypeError: neither a name nor an `Activation`.
    """
    if isinstance(activation, Activation):
        return activation
    if not isinstance(activation, str):
        raise TypeError(
            f"activation: must be a name or an Activation; got {type(activation).__name__}; "
            "wrap your function and its derivatives in bnact.activations.Activation"
        )
    if activation not in ACTIVATIONS:
        near = difflib.get_close_matches(activation.lower(), ACTIVATIONS, n=3, cutoff=0.5)
        raise ValueError(
            f"activation: must be a name in ACTIVATIONS; got {activation!r}; "
            f"{'nearest: ' if near else 'use one of '}{', '.join(near or ACTIVATIONS)}"
        )
    return ACTIVATIONS[activation]
