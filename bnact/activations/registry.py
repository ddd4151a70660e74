"""Every activation by name.

Measured in float32 on a CPU at 20,000 numbers over all exponents, against 100 digits: the value of every one
is within 3.4 units of the last place (gelu), the derivative within 6.6 (serf). docs/catalogue.md leads to the
figures of each. Below the smallest normal number everything, an input too, counts as 0, as XLA has it on a
CPU.
"""

from collections.abc import Mapping
from types import MappingProxyType

from .activation import Activation
from .algebraic import isrlu, isru, squareplus
from .erf_gate import SERF
from .exponential_units import CELU, ELU, EXPONENTIAL, SELU
from .factories import is_call, made_by_call
from .gaussian_gate import GELU
from .gaussians import ERF, GAUSSIAN, GAUSSIAN_CDF
from .growing import ARCSINH, BENT_IDENTITY, SYMLOG, softplus
from .hard import HARD_SIGMOID, HARD_TANH, SPARSE_SIGMOID
from .other_names import OF_SEVERAL_FEATURES, OTHER_NAMES
from .parabolas import HARD_MISH, HARD_SILU, SPARSE_PLUS
from .periodic import COS, SIN, snake
from .rectifiers import ABS, IDENTITY, LEAKY_RELU, RELU, RELU6, RRELU, SHIFTED_RELU, THRESHOLD
from .residual_of_tanh import TANH_SHRINK
from .shrinkage import HARD_SHRINK, SOFT_SHRINK
from .sigmoid_gates import GELU_TANH, QUICK_GELU, SILU
from .sigmoids import LOG_SIGMOID, SIGMOID, SOFT_SIGN
from .squares import SQUARE, SQUARED_RELU
from .steps import SIGN, STEP
from .tangents import ARCTAN, LECUN_TANH, TANH, penalized_tanh, softcap
from .tanh_gates import MISH, TANH_EXP
from .unknown import unknown

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
      activation: a key of `ACTIVATIONS`, a call of one of `FACTORIES` such as "softplus(beta=2.0)", or an
        `Activation`, which is returned as it is.

    Returns:
      The activation; its `name` is the one way to write it.

    Raises:
      ValueError: no activation has that name, and the message has the nearest names; or a parameter is
        unknown or out of its interval.
      TypeError: neither a name nor an `Activation`.
    """
    if isinstance(activation, Activation):
        return activation
    if not isinstance(activation, str):
        raise TypeError(
            f"activation: must be a name or an Activation; got {type(activation).__name__}; "
            "for a function of your own use bnact.activations.activation_of(fn, name); "
            "a function that makes an activation must be called, as in leaky_relu(0.2); "
            "for one that learns use bnact.nn.NormAct"
        )
    if activation in ACTIVATIONS:
        return ACTIVATIONS[activation]
    if is_call(activation):
        return made_by_call(activation)
    raise _unknown_name(activation)


def found(name: str) -> Activation | None:
    """The activation that `get` gives for a name; None if it has none to give."""
    try:
        return get(name)
    except ValueError:
        return None


def _unknown_name(name: str) -> ValueError:
    from .learned.learnable import LEARNABLE  # itself made of activations

    rule = "activation: must be a name in ACTIVATIONS"
    other = name.lower()
    learns = f"which learns some; use bnact.nn.NormAct(num_features, activation={name!r})"
    if other in OTHER_NAMES:
        beside = f", or {name!r}, {learns}" if name in LEARNABLE else ""
        return ValueError(f"{rule}; got {name!r}; here it is called {OTHER_NAMES[other]}{beside}")
    if name in LEARNABLE:
        return ValueError(f"{rule}; got {name!r}, {learns}")
    if other in OF_SEVERAL_FEATURES:
        return ValueError(
            f"{rule}; got {name!r}, which is not elementwise; use the function bnact.activations.{other}"
        )
    return unknown(rule, name, ACTIVATIONS)
