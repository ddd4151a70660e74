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
from .algebraic import isrlu, isru, squareplus
from .exponential_units import CELU, ELU, EXPONENTIAL, SELU
from .gaussians import ERF, GAUSSIAN, GAUSSIAN_CDF
from .gelu import GELU
from .growing import ARCSINH, BENT_IDENTITY, SYMLOG, softplus
from .hard import HARD_SIGMOID, HARD_TANH, SPARSE_SIGMOID
from .parabolas import HARD_MISH, HARD_SILU, SPARSE_PLUS
from .periodic import COS, SIN, snake
from .rectifiers import ABS, IDENTITY, LEAKY_RELU, RELU, RELU6, RRELU, SHIFTED_RELU, THRESHOLD
from .serf import SERF
from .shrinkage import HARD_SHRINK, SOFT_SHRINK
from .sigmoid_gates import GELU_TANH, QUICK_GELU, SILU
from .sigmoids import LOG_SIGMOID, SIGMOID, SOFT_SIGN
from .squares import SQUARE, SQUARED_RELU
from .steps import SIGN, STEP
from .tangents import ARCTAN, LECUN_TANH, TANH, penalized_tanh, softcap
from .tanh_gates import MISH, TANH_EXP
from .tanh_shrink import TANH_SHRINK

ACTIVATIONS: Mapping[str, Activation] = MappingProxyType(
    {
        "identity": IDENTITY,
        "relu": RELU,
        "leaky_relu": LEAKY_RELU,
        "rrelu": RRELU,
        "relu6": RELU6,
        "squared_relu": SQUARED_RELU,
        "shifted_relu": SHIFTED_RELU,
        "threshold": THRESHOLD,
        "abs": ABS,
        "square": SQUARE,
        "elu": ELU,
        "celu": CELU,
        "selu": SELU,
        "exponential": EXPONENTIAL,
        "hard_sigmoid": HARD_SIGMOID,
        "hard_tanh": HARD_TANH,
        "hard_silu": HARD_SILU,
        "hard_mish": HARD_MISH,
        "sparse_plus": SPARSE_PLUS,
        "sparse_sigmoid": SPARSE_SIGMOID,
        "soft_shrink": SOFT_SHRINK,
        "hard_shrink": HARD_SHRINK,
        "tanh_shrink": TANH_SHRINK,
        "sign": SIGN,
        "step": STEP,
        "softplus": softplus(),
        "sigmoid": SIGMOID,
        "tanh": TANH,
        "gelu": GELU,
        "gelu_tanh": GELU_TANH,
        "quick_gelu": QUICK_GELU,
        "silu": SILU,
        "mish": MISH,
        "serf": SERF,
        "tanh_exp": TANH_EXP,
        "sin": SIN,
        "cos": COS,
        "snake": snake(),
        "soft_sign": SOFT_SIGN,
        "log_sigmoid": LOG_SIGMOID,
        "lecun_tanh": LECUN_TANH,
        "softcap": softcap(),
        "penalized_tanh": penalized_tanh(),
        "arctan": ARCTAN,
        "erf": ERF,
        "gaussian_cdf": GAUSSIAN_CDF,
        "gaussian": GAUSSIAN,
        "isru": isru(),
        "isrlu": isrlu(),
        "squareplus": squareplus(),
        "bent_identity": BENT_IDENTITY,
        "arcsinh": ARCSINH,
        "symlog": SYMLOG,
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
