"""The settings of a grid: every combination of what is to be compared."""

import itertools
import math
from collections.abc import Callable, Hashable, Sequence

from bnact.activations import get
from bnact.studies.checks import check_setting
from bnact.training.setting import Kill, Setting

RUNS_LIMIT = 100_000
"""A grid of more runs is a slip of the pen; it is refused before memory is spent on it."""


def _check_axis(name: str, values: Sequence[Hashable]) -> None:
    if not values:
        raise ValueError(f"grid: {name} must have at least one value; got none; name one")
    repeated = [value for value in dict.fromkeys(values) if list(values).count(value) > 1]
    if repeated:
        raise ValueError(f"grid: {name} must differ; got {repeated[0]!r} more than once; name it once")


def _check_seeds(seeds: int) -> None:
    if isinstance(seeds, bool) or not isinstance(seeds, int) or seeds < 1:
        raise ValueError(
            f"grid: seeds must be a whole number of at least 1; got seeds={seeds!r}; use 1 or more"
        )


def _check_size(counts: Sequence[int]) -> None:
    runs = math.prod(counts)
    if runs > RUNS_LIMIT:
        raise ValueError(f"grid: a study must have at most {RUNS_LIMIT} runs; got {runs}; name fewer values")


def _orders_of(norm: str, orders: Sequence[str]) -> Sequence[str]:
    return ("before",) if norm == "none" else orders


def grid(
    *,
    data: str,
    activations: Sequence[str],
    norms: Sequence[str],
    orders: Sequence[str],
    depths: Sequence[int],
    widths: Sequence[int],
    learning_rates: Sequence[float],
    seeds: int,
    first_seed: int = 0,
    steps: int,
    batch_size: int,
    gain: Callable[[str], float],
    kills: Sequence[Kill] = ("none",),
    architectures: Sequence[str] = ("mlp",),
    observed: int = Setting.observed,
) -> tuple[Setting, ...]:
    """Every combination of the values given, checked.

    A network without a norm has no order, so norm "none" appears once, with order "before".

    Args:
      data: name of the dataset.
      activations: names that `bnact.activations.get` knows, with or without parameters; a setting has the
        name of the record, "softplus(beta=2.0)" for "softplus(beta=2)".
      norms: names in `bnact.normalizations.NORMALIZATIONS`.
      orders: "before", "after", or both.
      depths: numbers of hidden layers, each at least 1.
      widths: units in each hidden layer, each at least 1.
      learning_rates: each finite and above 0.
      seeds: how many; they are first_seed, first_seed + 1, ....
      first_seed: the first of them, at least 0.
      steps: steps of gradient descent, at least 1.
      batch_size: examples in a step, at least 1, and 2 under batch norm.
      gain: from an activation's name to the gain of the weights before it.
      kills: injuries, see `Setting.kill`.
      architectures: names in `bnact.training.ARCHITECTURES`.
      observed: examples that a point of the log looks at, at least 2, see `Setting.observed`.

    Returns:
      The settings, all different; the last of architectures, activations, norms, orders, kills, depths,
      widths, learning rates and seeds varies fastest.

    Raises:
      ValueError: a value is unknown, out of range or given twice, or there are more than `RUNS_LIMIT` runs.
    """
    activations = [get(activation).name for activation in activations]
    axes = {
        "architectures": architectures,
        "activations": activations,
        "norms": norms,
        "orders": orders,
        "kills": kills,
        "depths": depths,
        "widths": widths,
        "learning_rates": learning_rates,
    }
    for name, values in axes.items():
        _check_axis(name, values)
    _check_seeds(seeds)
    _check_size([seeds, *map(len, axes.values())])
    settings = dict.fromkeys(
        Setting(
            data=data,
            architecture=architecture,
            activation=activation,
            norm=norm,
            order=order,
            depth=depth,
            width=width,
            batch_size=batch_size,
            observed=observed,
            steps=steps,
            learning_rate=learning_rate,
            gain=gain(activation),
            kill=kill,
            seed=seed,
        )
        for architecture, activation, norm in itertools.product(architectures, activations, norms)
        for order, kill in itertools.product(_orders_of(norm, orders), kills)
        for depth, width in itertools.product(depths, widths)
        for learning_rate, seed in itertools.product(learning_rates, range(first_seed, first_seed + seeds))
    )
    for setting in settings:
        check_setting(setting)
    return tuple(settings)
