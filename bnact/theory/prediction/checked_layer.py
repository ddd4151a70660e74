"""A layer from what a user says of it."""

from bnact.activations import Activation
from bnact.theory.evaluation import count_of, not_negative, one_number, positive, without_jumps

from .propagation import PROPAGATIONS, Layer

_SMALLEST, _LARGEST = 1e-20, 1e20


def checked_layer(
    what: str,
    activation: str | Activation,
    norm: str,
    order: str,
    batch_size: int | None,
    weight_variance: float,
    bias_variance: float,
) -> Layer:
    """The layer of these arguments, all of them checked for the function `what`."""
    phi = without_jumps(what, activation)
    norms, orders = ({key[part] for key in PROPAGATIONS} for part in (0, 1))
    for argument, value, known in (("norm", norm, norms), ("order", order, orders)):
        if value not in known:
            names = ", ".join(sorted(known))
            raise ValueError(f"{what}: {argument} must be one of {names}; got {value!r}; use one of them")
    if (norm, order) not in PROPAGATIONS:
        raise ValueError(f"{what}: order must be 'before' without a norm; got {order!r}; leave it out")
    if batch_size is not None:
        batch_size = count_of(what, "batch_size", batch_size, 2)
        if norm == "batch" and batch_size < 4:
            raise ValueError(
                f"{what}: batch_size must be at least 4 for batch norm; got {batch_size}, with which the "
                "mean of a squared gradient is infinite; use a larger one, or None for an infinite batch"
            )
    positive(what, "weight_variance", weight_variance)
    not_negative(what, "bias_variance", bias_variance)
    weights = _variance(what, "weight_variance", weight_variance)
    return Layer(phi, weights, _variance(what, "bias_variance", bias_variance), batch_size)


def _variance(what: str, name: str, given: float) -> float:
    """A single number of ordinary size."""
    value = one_number(what, name, given)
    if not (_SMALLEST <= value <= _LARGEST or value == 0.0):
        raise ValueError(
            f"{what}: {name} must be one number, 0 or from {_SMALLEST:g} to {_LARGEST:g}; got {value}; use "
            "one nearer to 1"
        )
    return value
