"""From a claim or a grid to finished runs, a verdict and a report."""

from .rows import Row as Row, Rows as Rows
