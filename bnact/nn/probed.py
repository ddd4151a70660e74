"""A network that says of every pair what it was given and which gradient came back."""

from collections.abc import Callable
from typing import Any, Protocol

import jax
import jax.numpy as jnp
from jax.typing import DTypeLike

from bnact.activations import Activation, largest_slope
from bnact.probes import UnitSums, no_sums, with_activation_sink
from bnact.types import Array, PyTree

from .body import Body, plain_visit
from .functional import pure, result_and_parts
from .held import held_params
from .norm_act import NormAct
from .precision import computed


class Network(Protocol):
    """`MLP`, `ConvNet`, `ResidualMLP`, `ResNet`, `Transformer`, or another with these attributes.

    Attributes:
      body: the network, over `NormAct` pairs.
      dtype, param_dtype: see `MLP`.
    """

    body: Body
    dtype: DTypeLike | None
    param_dtype: DTypeLike


def unit_sinks(network: Any, x: Array) -> UnitSums:
    """Zeros for `probed`: (pairs, units of the widest).

    Args:
      network: see `Network`.
      x: an input, of which only shape and type are looked at.

    Returns:
      `UnitSums` of zeros; layers with fewer units leave the places behind theirs at 0.
    """
    _check_network(network)
    widths: list[int] = []

    def visit(pair: Any, made: Array, one: PyTree) -> tuple[Array, None]:
        widths.append(made.shape[-1])
        return plain_visit(pair, made, one)

    def called(x: Array) -> Array:
        return result_and_parts(pure(network), _through(visit, x, None))[0]

    jax.eval_shape(called, x)
    return no_sums(network.body.sites, max(widths))


def probed(network: Any, x: Array, sinks: UnitSums) -> Array:
    """network(x); the gradient by `sinks` is what every pair was given, and the gradient that came back.

        def loss(network, sinks):
            return jnp.mean(objective(probed(network, x, sinks)))

        value, (gradient, sums) = nnx.value_and_grad(loss, argnums=(0, 1))(network, sinks)
        seen = bnact.probes.activity(sums)

    So an ordinary training step has, for every pair in the order of application, the size of the gradient by
    what was made for it (the input of its norm, where that stands before the activation), the dead and
    saturated units, and mean and variance of what the activation is given. Nothing of an activation's size is
    kept for that; the network's values and gradients, and its running averages, are those of network(x).

    Args:
      network: see `Network`.
      x: its input.
      sinks: of `unit_sinks`.

    Returns:
      The output.

    Raises:
      TypeError: the network has no `body` of pairs, a pair is no `NormAct`, or its activation learns; or the
        sinks are no `UnitSums`.
      ValueError: the sinks are those of a network with more or fewer pairs.
    """
    _check_network(network)
    _check_sinks(sinks, network.body.sites)
    return _through(_visit, x, sinks)(network)


def _through(visit: Any, x: Array, each: PyTree) -> Callable[[Any], Array]:
    def called(network: Network) -> Array:
        given = computed(x, network.dtype, network.param_dtype)
        return network.body.through(visit, given, each)[0]

    return called


def _check_network(network: object) -> None:
    if not all(hasattr(network, name) for name in ("body", "dtype", "param_dtype")):
        raise TypeError(
            f"probed: the network must be one of bnact.nn, such as MLP or ResNet; got "
            f"{type(network).__name__}; use bnact.probes.with_activation_sink in a network of your own"
        )


def _check_sinks(sinks: object, pairs: int) -> None:
    if not isinstance(sinks, UnitSums):
        raise TypeError(
            f"probed: the sinks must be UnitSums; got {type(sinks).__name__}; use unit_sinks(network, x)"
        )
    shape = jnp.shape(sinks.examples)
    if len(shape) != 2 or shape[0] != pairs:
        raise ValueError(
            f"probed: the sinks must be of shape (pairs, units), for {pairs} pairs; got shape {shape}; use "
            "unit_sinks(network, x) of this network"
        )


def _visit(pair: Any, made: Array, sink: UnitSums) -> tuple[Array, None]:
    if not (isinstance(pair, NormAct) and isinstance(pair.activation, Activation)):
        found = type(pair.activation if isinstance(pair, NormAct) else pair).__name__
        raise TypeError(
            f"probed: every pair must be a NormAct whose activation does not learn; got "
            f"{found}; use bnact.probes.with_activation_sink in a network of your own"
        )
    given = _given(pair, jax.lax.stop_gradient(made))
    activation = pair.activation
    largest = largest_slope(activation)
    return pair(with_activation_sink(made, sink, given, activation.derivative, largest)), None


def _given(pair: NormAct, made: Array) -> Array:
    """What the pair's activation is given."""
    x = made if pair.dtype is None else made.astype(pair.dtype)
    if pair.order == "after":
        return x
    y, _ = pair.normalization.apply(
        jax.lax.stop_gradient(held_params(pair)),
        pair.state.get_value(),
        x,
        train=not pair.use_running_average,
        mask=None,
        axis_name=pair.axis_name,
    )
    return jnp.asarray(y)
