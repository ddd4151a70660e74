"""From flags to the maps that are asked for, and from runs back to the command."""

import math
import shlex
from collections.abc import Sequence
from itertools import product

from absl import flags

from bnact.activations import get, separate_names
from bnact.studies import Pair, Rows
from bnact.studies.tuned_cell import pair_of
from experiments.command import numbers, whole_numbers

from .maps import DEFAULT, QUICK, Maps, weight_variance_of

OWN = ("activation", "norm", "order", "weight_variance")
"""Flags that make maps of one's own."""


def define_flags(values: flags.FlagValues) -> None:
    """Adds the flags of this command."""
    flags.DEFINE_bool("quick", False, "a quick look: three small maps", flag_values=values)
    flags.DEFINE_string(
        "activation", None, "maps of your own: activations; default: seventeen maps", flag_values=values
    )
    flags.DEFINE_list("norm", None, "their norms; default: none", flag_values=values)
    flags.DEFINE_list(
        "order", None, "where the norm stands, before or after; default: before", flag_values=values
    )
    flags.DEFINE_list(
        "weight_variance", None, "variances of a weight times its fan-in, at least two", flag_values=values
    )
    flags.DEFINE_list("depth", None, "numbers of hidden layers, at least two", flag_values=values)
    flags.DEFINE_list("learning_rate", None, "learning rates to choose from", flag_values=values)
    flags.DEFINE_integer("steps", None, "steps of gradient descent", flag_values=values)
    flags.DEFINE_integer("seeds", None, "runs of each network and learning rate", flag_values=values)


def asked(values: flags.FlagValues) -> Maps:
    """The maps that the flags ask for.

    Raises:
      ValueError: a value is no number, is missing, or is given twice.
    """
    standard = QUICK if values.quick else DEFAULT
    scale = standard.scale
    if values.depth is not None:
        scale = scale._replace(depths=_rising("depth", whole_numbers("depth", values.depth), 2))
    if values.learning_rate is not None:
        rates = numbers("learning_rate", values.learning_rate)
        scale = scale._replace(learning_rates=_rising("learning_rate", rates, 1))
    if values.steps is not None:
        scale = scale._replace(steps=values.steps)
    if values.seeds is not None:
        scale = scale._replace(seeds=_at_least_one("seeds", values.seeds))
    if all(getattr(values, name) is None for name in OWN):
        return Maps(standard.weight_variances, scale)
    return Maps(_own(values), scale)


def _own(values: flags.FlagValues) -> dict[Pair, tuple[float, ...]]:
    for name in ("activation", "weight_variance"):
        if getattr(values, name) is None:
            raise ValueError(
                f"{name}: maps of your own need activations and weight variances; got none; "
                "use for example --activation=tanh --weight_variance=0.5,1,2"
            )
    variances = _rising("weight_variance", numbers("weight_variance", values.weight_variance), 2)
    if not all(0.0 < variance < math.inf for variance in variances):
        raise ValueError(
            f"weight_variance: must be finite and above 0; got {','.join(values.weight_variance)}; "
            "use for example --weight_variance=0.5,1,2"
        )
    activations = [get(name).name for name in separate_names(values.activation)]
    pairs = [
        Pair(activation, norm, "before" if norm == "none" else order)
        for activation, norm in product(activations, values.norm or ["none"])
        for order in values.order or ["before"]
    ]
    if not pairs:
        raise ValueError("activation: must name at least one; got none; use for example --activation=tanh")
    return dict.fromkeys(pairs, variances)


def _rising(name: str, values: tuple, least: int) -> tuple:
    """The values in order; an error if there are fewer than `least` or two are the same."""
    if len(set(values)) < len(values) or len(values) < least:
        raise ValueError(
            f"{name}: must have at least {least} values, all different; got "
            f"{', '.join(map(str, values)) or 'none'}; name others"
        )
    return tuple(sorted(values))


def _at_least_one(name: str, value: int) -> int:
    if value < 1:
        raise ValueError(f"{name} must be a whole number of at least 1; got {value}; use 1 or more")
    return value


def command_of(rows: Rows) -> str:
    """The command that makes these runs."""
    settings = [row.setting for row in rows]
    steps, seeds = settings[0].steps, 1 + max(setting.seed for setting in settings)
    depths = sorted({setting.depth for setting in settings})
    rates = sorted({setting.learning_rate for setting in settings})
    places = {(pair_of(setting), weight_variance_of(setting)) for setting in settings}
    given = {"steps": [steps], "seeds": [seeds], "depth": depths, "learning_rate": rates}
    standard = next((maps for maps in (DEFAULT, QUICK) if places <= {*maps.places}), None)
    words = "" if standard is not QUICK else " --quick"
    if standard is None:
        given |= _own_values(places)
    else:
        scale = standard.scale
        usual = (scale.steps,), (scale.seeds,), scale.depths, scale.learning_rates
        given = {
            name: values
            for (name, values), known in zip(given.items(), usual, strict=True)
            if [*known] != values
        }
    words += "".join(
        f" --{name}={shlex.quote(','.join(map(_text, values)))}" for name, values in given.items()
    )
    return f".venv/bin/python -m experiments.trainability_map --workdir=DIR{words}"


def _own_values(places: set[tuple[Pair, float]]) -> dict[str, Sequence[object]]:
    pairs = [pair for pair, _ in places]
    return {
        "activation": sorted({pair.activation for pair in pairs}),
        "norm": sorted({pair.norm for pair in pairs}),
        "order": sorted({pair.order for pair in pairs}),
        "weight_variance": sorted({variance for _, variance in places}),
    }


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else f"{value}"
