"""What a value is called: the variable a statement assigns it to, or what was done."""

import ast
import functools
import linecache
from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import NamedTuple

from bnact.tracing import Equation, Place

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
    equations = [operation.equation for operation in operations]
    statements = _statements_at([equation.place for equation in equations])
    written = [_written(equation) for equation in equations]
    found, first = [], 0
    for number, statement in enumerate(statements):
        after = number + 1
        # Where a statement's first instructions write once more, the next round of a loop begins.
        ends = after == len(statements) or statements[after] != statement or written[after] == written[first]
        found.append(statement.variable if statement is not None and ends else "")
        first = after if ends else first
    return found


def _written(equation: Equation) -> Hashable:
    # One instruction may write several equations, but seldom two of one kind.
    instructions = equation.place.instructions
    return object() if instructions is None else (instructions, equation.name)


class _Statement(NamedTuple):
    file: str
    first: int
    last: int
    variable: str


def _statements_at(places: Sequence[Place]) -> list[_Statement | None]:
    """The statement at each place; none in a lambda: what that computes is not what is assigned."""
    files = {place.file for place in places}
    around = {file: _by_line(file, "".join(linecache.getlines(file))) for file in files if file}
    return [
        None if place.function.endswith("<lambda>") else around.get(place.file, {}).get(place.line)
        for place in places
    ]


# The text is part of what is asked: a cell or a file may come again under its name with another.
@functools.lru_cache(maxsize=64)
def _by_line(file: str, text: str) -> dict[int, _Statement]:
    """The innermost simple statement on each line; none where the text is not to be had."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return {}
    simple = [node for node in ast.walk(tree) if isinstance(node, ast.stmt) and not hasattr(node, "body")]
    found = [
        _Statement(file, node.lineno, node.end_lineno or node.lineno, _variable(node)) for node in simple
    ]
    found.sort(key=lambda each: each.first - each.last)
    return {line: each for each in found for line in range(each.first, each.last + 1)}


def _variable(node: ast.stmt) -> str:
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    one = targets[0] if len(targets) == 1 else None
    return one.id if isinstance(one, ast.Name) else ""
