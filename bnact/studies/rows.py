"""The finished runs of a study, and the choice of some of them by what was set."""

import dataclasses
import functools
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from bnact.training.log import Log
from bnact.training.setting import Setting


class Row(NamedTuple):
    """One finished run.

    Attributes:
      id: content hash of the setting, see `setting_id`.
      setting: what was run.
      log: what it left, as numpy arrays; a number that was not finite is NaN.
    """

    id: str
    setting: Setting
    log: Log


def _has(setting: Setting, values: Mapping[str, object]) -> bool:
    return all(getattr(setting, name) == value for name, value in values.items())


@dataclasses.dataclass(frozen=True)
class Rows:
    """An immutable collection of finished runs, in a fixed order.

    Attributes:
      rows: the runs.
    """

    rows: tuple[Row, ...] = ()

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def select(
        self,
        *,
        data: str | None = None,
        architecture: str | None = None,
        activation: str | None = None,
        norm: str | None = None,
        order: str | None = None,
        depth: int | None = None,
        width: int | None = None,
        batch_size: int | None = None,
        steps: int | None = None,
        learning_rate: float | None = None,
        gain: float | None = None,
        kill: str | None = None,
        observed: int | None = None,
        seed: int | None = None,
    ) -> "Rows":
        """The runs whose settings equal every value given, in their order; None takes any value.

        Args:
          data: name of the dataset.
          architecture: name of the architecture.
          activation: name of the activation.
          norm: name of the normalization.
          order: "before" or "after".
          depth: hidden layers.
          width: units in each hidden layer.
          batch_size: examples in a step.
          steps: steps of gradient descent.
          learning_rate: of gradient descent.
          gain: of the weights.
          kill: the injury.
          observed: examples of training and validation set that a point of the log looks at.
          seed: of the weights and the order of the data.

        Returns:
          The matching runs; none is an empty collection.
        """
        wanted = {
            "data": data,
            "architecture": architecture,
            "activation": activation,
            "norm": norm,
            "order": order,
            "depth": depth,
            "width": width,
            "batch_size": batch_size,
            "steps": steps,
            "learning_rate": learning_rate,
            "gain": gain,
            "kill": kill,
            "observed": observed,
            "seed": seed,
        }
        given = {name: value for name, value in wanted.items() if value is not None}
        return Rows(tuple(row for row in self.rows if _has(row.setting, given)))

    @functools.cached_property
    def by_setting(self) -> Mapping[Setting, Row]:
        """Every run by what was run."""
        return {row.setting: row for row in self.rows}

    def cells(self) -> Mapping[Setting, "Rows"]:
        """The runs by `setting.cell`: those of one cell differ in learning rate and seed alone."""
        cells: dict[Setting, list[Row]] = {}
        for row in self.rows:
            cells.setdefault(row.setting.cell, []).append(row)
        return {cell: Rows(tuple(rows)) for cell, rows in cells.items()}
