"""Whether settings can be trained as one population."""

from collections.abc import Sequence

from bnact.data import Dataset, check_batch_size

from .architectures import check_architecture, check_injury
from .injury import INJURIES
from .setting import Setting

LEAST = {"depth": 1, "width": 1, "steps": 0, "observed": 2, "seed": 0}


def check_population(settings: Sequence[Setting], dataset: Dataset) -> None:
    """Refuses settings that are no population of a dataset.

    Args:
      settings: to be trained together.
      dataset: on which.

    Raises:
      ValueError: there are none, they are of several cells or of another dataset, or a number is
        out of range.
    """
    if not settings:
        raise ValueError("train_population: needs at least one setting; got none; give the runs of one cell")
    cells = {setting.cell for setting in settings}
    if len(cells) > 1:
        raise ValueError(
            f"train_population: settings must share a cell, that is differ in learning_rate and seed alone; "
            f"got {len(cells)} cells; call it once for each"
        )
    if settings[0].data != dataset.name:
        raise ValueError(
            f"train_population: the dataset must be the settings'; got {dataset.name!r} for settings of "
            f"{settings[0].data!r}; use bnact.data.load({settings[0].data!r})"
        )
    check_batch_size(dataset, settings[0].batch_size)
    check_architecture(settings[0].architecture, dataset)
    check_injury(settings[0].architecture, settings[0].kill)
    for setting in settings:
        _check_numbers(setting)


def _check_numbers(setting: Setting) -> None:
    for name, least in LEAST.items():
        if getattr(setting, name) < least:
            raise ValueError(
                f"train_population: {name} must be at least {least}; got {name}={getattr(setting, name)}; "
                f"use {name}={least} or more"
            )
    if setting.seed >= 2**32:
        raise ValueError(
            f"train_population: seed must be below 2^32; got seed={setting.seed}; use a smaller one"
        )
    if setting.kill not in INJURIES:
        raise ValueError(
            f"train_population: kill must be one of {', '.join(INJURIES)}; got {setting.kill!r}; use 'none'"
        )
