"""The result of an audit."""

import dataclasses
from typing import TYPE_CHECKING

from .extra import require
from .row import Quantity, Row
from .text import text

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclasses.dataclass(frozen=True)
class Audit:
    """How exact a function and its gradient are.

    Attributes:
      name: of the function.
      reference: what is taken for the truth.
      rows: one for each dtype and quantity.
    """

    name: str
    reference: str
    rows: tuple[Row, ...]

    @property
    def passed(self) -> bool:
        """Whether no row has a bad point."""
        return all(row.passed for row in self.rows)

    def row(self, dtype: str, quantity: Quantity) -> Row:
        """The row of that dtype ("float16", ...) and quantity ("value" or "derivative").

        Raises:
          ValueError: the audit was not made in that dtype, or there is no such quantity.
        """
        for row in self.rows:
            if (row.dtype, row.quantity) == (dtype, quantity):
                return row
        there = tuple((row.dtype, row.quantity) for row in self.rows)
        raise ValueError(
            f"audit: a row must be one of {there}; got {(dtype, quantity)}; name it in audit's dtypes"
        )

    def to_text(self) -> str:
        """A table of the rows, then where the results are wrong; no line is longer than 100 characters."""
        return text(self.name, self.reference, self.rows)

    def __str__(self) -> str:
        """The same as `to_text`."""
        return self.to_text()

    def figure(self) -> "Figure":
        """Error in units of the last place against the input, one panel a dtype.

        The axis of inputs is logarithmic on both sides of zero, each line the largest error in a narrow
        strip. Value and derivative differ in colour, dashes and marker; thin lines of the same dashes are
        their limits; markers at the top are results that are not finite.

        Raises:
          ImportError: matplotlib is not installed.
        """
        require("matplotlib")
        from .figure import figure

        return figure(self.name, self.reference, self.rows)
