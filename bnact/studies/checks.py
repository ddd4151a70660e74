"""Whether settings can be run at all: every value is looked at before anything costs time."""

import functools
import math
from collections.abc import Iterable
from typing import get_args

import jax
import jax.numpy as jnp

from bnact import activations, normalizations
from bnact.data import Dataset, check_batch_size
from bnact.fused import FORMULAS, GROUPS, NORMS, Formula, has_affine
from bnact.training.architectures import (
    ARCHITECTURES,
    Architecture,
    architecture_of,
    check_architecture,
    check_injury,
)
from bnact.training.setting import Kill, Setting

ORDERS = ("before", "after")
KILLS: tuple[Kill, ...] = get_args(Kill)

_WHOLE = {"depth": 1, "width": 1, "batch_size": 1, "steps": 1, "observed": 2, "seed": 0}
_POSITIVE = ("learning_rate", "gain")
_CHOICES = {"order": ORDERS, "kill": KILLS}


def _check_whole(setting: Setting, name: str, least: int) -> None:
    value = getattr(setting, name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"setting: {name} must be a whole number; got {name}={value!r}; use {least} or more")
    if value < least:
        raise ValueError(f"setting: {name} must be at least {least}; got {name}={value}; use {least} or more")


def _check_positive(setting: Setting, name: str) -> None:
    value = getattr(setting, name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise ValueError(
            f"setting: {name} must be a finite number above 0; got {name}={value!r}; use {name}=0.1, say"
        )


def _check_choice(setting: Setting, name: str, choices: tuple[str, ...]) -> None:
    value = getattr(setting, name)
    if value not in choices:
        raise ValueError(
            f"setting: {name} must be one of {choices}; got {name}={value!r}; use {name}={choices[0]}"
        )


def _check_activation(setting: Setting) -> None:
    """One activation, one name: a run is known by the letters of its setting."""
    name = activations.get(setting.activation).name
    if setting.activation != name:
        raise ValueError(
            f"setting: activation must be the name of a record; got activation={setting.activation!r}; "
            f"use {name!r}"
        )


def _check_norm(setting: Setting) -> None:
    normalizations.get(setting.norm)
    if setting.norm not in NORMS:
        raise ValueError(
            f"setting: norm must be one that a study can train with; got norm={setting.norm!r}; "
            f"use one of {', '.join(NORMS)}"
        )
    norm, known = NORMS[setting.norm], architecture_of(setting.architecture)
    if isinstance(norm, Formula):
        _check_formula(setting, norm, known)


def _check_formula(setting: Setting, norm: Formula, known: Architecture) -> None:
    """What the norm itself asks of a batch, asked before anything is trained."""
    features = known.pair_factor * setting.width
    if norm.needs_positions and not known.has_positions:
        fit = [name for name, each in ARCHITECTURES.items() if each.has_positions]
        raise ValueError(
            f"setting: {norm.name} norm needs positions, over which it takes its statistics; got "
            f"architecture={setting.architecture}, which has none; use {', '.join(fit[:-1])} or {fit[-1]}"
        )
    if norm.name == "group" and not known.has_positions and features == GROUPS:
        raise ValueError(
            f"setting: group norm has {GROUPS} groups, which need 2 features each; got width={GROUPS}; "
            f"use width={2 * GROUPS} or more"
        )
    refusal = _refusal_of(norm.name, setting.batch_size, features, known.has_positions)
    if refusal is not None:
        raise ValueError(f"setting: norm={norm.name} cannot be trained with; {refusal}")


@functools.cache  # tracing a norm takes milliseconds, and the settings of a grid ask the same by the thousand
def _refusal_of(name: str, batch_size: int, features: int, has_positions: bool) -> str | None:
    """Why a formula's norm cannot be trained on batches of that shape, in its own words; None if it can."""
    norm = FORMULAS[name].trained
    shape = (batch_size, *((2,) if has_positions else ()), features)
    try:
        jax.eval_shape(
            lambda x: norm.apply(*norm.init(features), x), jax.ShapeDtypeStruct(shape, jnp.float32)
        )
    except ValueError as error:
        return str(error)
    return None


def _check_spread(setting: Setting) -> None:
    """A centred norm over a single value subtracts the value itself: nothing is left to learn from."""
    _check_spread_of(setting, setting.norm, f"{setting.norm} norm", "norm=none")
    for norm in architecture_of(setting.architecture).own_norms:
        _check_spread_of(
            setting, norm, f"{setting.architecture}, by its own {norm} norm,", "architecture=mlp"
        )


def _check_spread_of(setting: Setting, norm: str, subject: str, way_out: str) -> None:
    standardization = NORMS[norm]
    if isinstance(standardization, Formula) or not standardization.centered:
        return
    name = {"batch": "batch_size", "features": "width"}[standardization.axes]
    if getattr(setting, name) < 2:
        raise ValueError(
            f"setting: {subject} needs {name} of at least 2, since it subtracts the mean over it; "
            f"got {name}=1; use {name}=2 or more, or {way_out}"
        )


def check_setting(setting: Setting) -> None:
    """Refuses a setting that cannot be run.

    Args:
      setting: the run.

    Raises:
      ValueError: a value is unknown or out of range; the message names it, and the nearest known name.
    """
    architecture_of(setting.architecture)
    _check_activation(setting)
    for name, least in _WHOLE.items():  # ahead of the norm, which is asked about shapes made of them
        _check_whole(setting, name, least)
    _check_norm(setting)
    for name, choices in _CHOICES.items():
        _check_choice(setting, name, choices)
    for name in _POSITIVE:
        _check_positive(setting, name)
    _check_spread(setting)
    _check_shift(setting)
    check_injury(setting.architecture, setting.kill)


def _check_shift(setting: Setting) -> None:
    if setting.kill == "shift" and not has_affine()[setting.norm].bias:
        raise ValueError(
            f"setting: kill=shift needs a norm with a bias to shift; got norm={setting.norm}; use kill=bias"
        )


def check_batch_sizes(settings: Iterable[Setting], datasets: Iterable[Dataset]) -> None:
    """Refuses a batch larger than the training set.

    Args:
      settings: the runs.
      datasets: what they train on.

    Raises:
      ValueError: a batch has more examples than there are, see `bnact.data.check_batch_size`.
    """
    named = {dataset.name: dataset for dataset in datasets}
    for data, batch_size in dict.fromkeys((setting.data, setting.batch_size) for setting in settings):
        check_batch_size(named[data], batch_size)


def check_architectures(settings: Iterable[Setting], datasets: Iterable[Dataset]) -> None:
    """Refuses an architecture that cannot take a dataset's examples.

    Args:
      settings: the runs.
      datasets: what they train on.

    Raises:
      ValueError: an architecture needs images, see `bnact.training.check_architecture`.
    """
    named = {dataset.name: dataset for dataset in datasets}
    for data, architecture in dict.fromkeys((setting.data, setting.architecture) for setting in settings):
        check_architecture(architecture, named[data])
