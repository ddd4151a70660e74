"""The local derivative of an edge as a matrix."""

from typing import Literal, NamedTuple

import numpy as np

from bnact.gradient_graph.graph import Edge

from .numbers import nested_text, number_text, rms_text, wide


class Local(NamedTuple):
    """A local derivative: of each number of the target by each of the source.

    Attributes:
      kind: "number"; "multiple" of the identity; "diagonal"; "matrix"; "unwritten" where it is too large.
      rows, columns: numbers of the target, of the source.
      entries: (), (), (rows,) the diagonal, (rows, columns), or None.
    """

    kind: Literal["number", "multiple", "diagonal", "matrix", "unwritten"]
    rows: int
    columns: int
    entries: np.ndarray | None


def local_of(edge: Edge) -> Local:
    """The local derivative of an edge, and of which kind it is."""
    rows, columns = edge.upstream.size, edge.value.size
    if edge.local is None:
        return Local("unwritten", rows, columns, None)
    matrix = wide(edge.local).reshape(rows, columns)
    if matrix.size == 1:
        return Local("number", 1, 1, matrix[0, 0])
    diagonal = np.diagonal(matrix)
    # NaN off the diagonal is no zero, and counts.
    if rows != columns or np.count_nonzero(matrix) != np.count_nonzero(diagonal):
        return Local("matrix", rows, columns, matrix)
    if rows and np.all(diagonal == diagonal[0]):
        return Local("multiple", rows, columns, diagonal[0])
    return Local("diagonal", rows, columns, diagonal)


def local_text(local: Local) -> str:
    """A local derivative in a few words: "2", "-1 identity", "diag rms 0.7", "6x3 rms 1.2"."""
    entries = local.entries
    if entries is None:
        return f"{local.rows}x{local.columns}"
    if local.kind == "number":
        return number_text(entries)
    if local.kind == "multiple":
        factor = number_text(entries, 4)
        return "identity" if factor == "1" else f"{factor} identity"
    size = "diag" if local.kind == "diagonal" else f"{local.rows}x{local.columns}"
    return f"{size} rms {rms_text(entries)}"


def local_numbers(local: Local, most: int) -> str:
    """All numbers of a diagonal, or of a matrix of at most that many rows and columns; else ""."""
    if local.entries is None or local.entries.ndim == 0 or max(local.rows, local.columns) > most:
        return ""
    return nested_text(local.entries, 4)


def arithmetic_of(edge: Edge, times: str, digits: int = 5) -> str:
    """The product on an edge between two numbers, "-10 x 2 = -20"; "" where there are more.

    Args:
      edge: any.
      times: the sign between the factors.
      digits: significant ones.
    """
    if edge.local is None or edge.local.size != 1:
        return ""
    upstream, local, gradient = (number_text(n, digits) for n in (edge.upstream, edge.local, edge.gradient))
    return f"{upstream} {times} {local} = {gradient}"
