"""How hidden weights are scaled in every experiment, so that no activation is favoured."""

import functools

import bnact.theory


@functools.cache
def gain(activation: str) -> float:
    """The gain that keeps the second moment of a layer's output at 1 for a standard normal input.

    Rounded to six significant digits: a run is known by its setting, which must not hang on the last bit of
    a quadrature.

    It is 1 / rms(phi(z)): sqrt(2) for ReLU (He), 1.59 for tanh, 1.85 for sigmoid. Without a norm it is the
    fair choice for each activation; under batch norm before the activation it changes nothing at the start.

    Args:
      activation: its name.

    Returns:
      The gain, see `Setting.gain`.

    Raises:
      ValueError: no activation has that name.
    """
    return float(f"{bnact.theory.gain(activation, preserve='second_moment'):.6g}")
