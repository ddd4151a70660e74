"""Where gradient descent goes."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Trajectory:
    """The points along steps of gradient descent.

    Attributes:
      learning_rate: of every step.
      values: (steps + 1,) what the function returned at each point.
      inputs: of each input by name, its values at each point: (steps + 1, *shape).
    """

    learning_rate: float
    values: np.ndarray
    inputs: Mapping[str, np.ndarray]

    def to_svg(self) -> str:
        """The function's value, and every input of one number, over the steps, as a drawing.

        Raises:
          ModuleNotFoundError: matplotlib is not installed; the extra `study` has it.
        """
        # matplotlib is optional.
        from .render.trajectory import svg_of

        return svg_of(self)
