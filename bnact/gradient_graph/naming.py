"""What a value is called: the variable a statement assigns it to, or what was done."""

import ast
import functools
import linecache
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bnact.tracing import Place

from .forward import Forward, Operation


def value_names(forward: Forward, inputs: Sequence[str]) -> tuple[str, ...]:
    """A different name for each value, by its number.

    An input has the name it came with. What a statement `error = prediction - y` computes last is called
    error; everything else is called by the operation, numbered from the second on.

    Args:
      forward: the forward pass.
      inputs: names of the inputs.

    Returns:
      Names, none twice.
    """
    wanted = {value.number: "constant" for value in forward.values}
    for operation, variable in zip(forward.operations, _variables(forward.operations), strict=True):
        for result in operation.results:
            wanted[result.number] = variable or operation.equation.name
    taken = set(inputs)
    counts: dict[str, int] = {}
    names = dict(zip((value.number for value in forward.inputs), inputs, strict=True))
    for value in forward.values:
        if value.number not in names:
            names[value.number] = _free(wanted[value.number], taken, counts)
    return tuple(names[value.number] for value in forward.values)


def source_of(place: Place) -> str:
    """Where a place is, as "file.py:12"."""
    return f"{Path(place.file).name}:{place.line}" if place.file else ""


def _free(word: str, taken: set[str], counts: dict[str, int]) -> str:
    while True:
        counts[word] = counts.get(word, 0) + 1
        name = word if counts[word] == 1 else f"{word}_{counts[word]}"
        if name not in taken:
            taken.add(name)
            return name


def _variables(operations: Sequence[Operation]) -> list[str]:
    """For each operation the variable its statement assigns, if it is the statement's last."""
    statements = [_statement(operation.equation.place) for operation in operations]
    followers = [*statements[1:], None]
    return [
        statement.variable if statement is not None and statement != follower else ""
        for statement, follower in zip(statements, followers, strict=True)
    ]


class _Statement(NamedTuple):
    file: str
    first: int
    last: int
    variable: str


def _statement(place: Place) -> _Statement | None:
    if place.function.endswith("<lambda>"):
        # What a function without a name computes is not what its statement assigns.
        return None
    around = [each for each in _statements(place.file) if each.first <= place.line <= each.last]
    return min(around, key=lambda each: each.last - each.first, default=None)


@functools.lru_cache(maxsize=256)
def _statements(file: str) -> tuple[_Statement, ...]:
    """The simple statements of a file; none where its text is not to be had."""
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except SyntaxError:
        return ()
    simple = (node for node in ast.walk(tree) if isinstance(node, ast.stmt) and not hasattr(node, "body"))
    return tuple(
        _Statement(file, node.lineno, node.end_lineno or node.lineno, _variable(node)) for node in simple
    )


def _variable(node: ast.stmt) -> str:
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    one = targets[0] if len(targets) == 1 else None
    return one.id if isinstance(one, ast.Name) else ""
