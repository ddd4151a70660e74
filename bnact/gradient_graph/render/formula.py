"""What a node computes, as it would be written in a program."""

from collections.abc import Callable, Mapping, Sequence

from bnact.gradient_graph.graph import CONSTANT, INPUT, Node

from .numbers import number_text, shape_text

# The most operands that are named.
_NAMED = 6

_INFIX = {
    "add": "+",
    "add_any": "+",
    "sub": "-",
    "mul": "*",
    "div": "/",
    "rem": "%",
    "pow": "**",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
    "eq": "==",
    "ne": "!=",
    "and": "&",
    "or": "|",
    "xor": "^",
}
_CALLED = {
    "reduce_sum": "sum",
    "reduce_max": "max",
    "reduce_min": "min",
    "reduce_prod": "prod",
    "broadcast_in_dim": "broadcast",
    "concatenate": "concatenate",
    "logistic": "sigmoid",
    "reduce_and": "all",
    "reduce_or": "any",
}


def formula_of(node: Node, nodes: Mapping[str, Node]) -> str:
    """The expression of one node: "v * x", "tanh(z)", "x @ w", "sum(z, axis=0)".

    A constant of one number is written as the number, a larger one with its shape: "constant(4, 8)".

    Args:
      node: any.
      nodes: all nodes by name.

    Returns:
      The expression; "" of an input or constant.
    """
    if node.operation in (INPUT, CONSTANT):
        return ""
    operands = [nodes[name] for name in node.operands]
    words = [_word(operand) for operand in operands]
    special = _SPECIAL.get(node.operation)
    written = special(node, operands, words) if special else ""
    if written:
        return written
    if node.operation in _INFIX and len(words) == 2:
        return f" {_INFIX[node.operation]} ".join(words)
    return _call(_CALLED.get(node.operation, node.operation), words)


def is_number(node: Node) -> bool:
    """Whether a node is a constant of one number, which formulas write out."""
    return node.operation == CONSTANT and node.value.size == 1


def _word(operand: Node) -> str:
    if is_number(operand):
        return number_text(operand.value)
    if operand.operation == CONSTANT:
        return f"{operand.name}{shape_text(operand.value.shape)}"
    return operand.name


def _call(function: str, words: Sequence[str]) -> str:
    more = len(words) - _NAMED
    named = [*words[:_NAMED], f"... {more} more"] if more > 0 else words
    return f"{function}({', '.join(named)})"


def _integer_power(node: Node, _: Sequence[Node], words: Sequence[str]) -> str:
    return f"{words[0]}**{node.parameters['y']}" if "y" in node.parameters else ""


def _product(node: Node, operands: Sequence[Node], words: Sequence[str]) -> str:
    """A product of matrices where it is one, else nothing."""
    if "dimension_numbers" not in node.parameters:
        return ""
    (left, right), (left_batch, right_batch) = node.parameters["dimension_numbers"]
    dims, batch = [operand.value.ndim for operand in operands], len(left_batch)
    leading = tuple(range(batch))
    plain = all(0 < count - batch <= 2 for count in dims) and len(left) == 1 and (batch == 0 or dims[0] > 2)
    if not plain or left_batch != leading or right_batch != leading:
        return ""
    turned = (left[0] != dims[0] - 1, right[0] != max(dims[1] - 2, batch))
    mark = ".T" if batch == 0 else ".mT"
    first, second = (f"{word}{mark if turn else ''}" for word, turn in zip(words, turned, strict=True))
    return f"{first} @ {second}"


def _reduction(node: Node, operands: Sequence[Node], words: Sequence[str]) -> str:
    axes = node.parameters.get("axes", ())
    if not axes or len(axes) == operands[0].value.ndim:
        return ""
    axis = axes[0] if len(axes) == 1 else axes
    return f"{_CALLED[node.operation]}({words[0]}, axis={axis})"


def _choice(_: Node, __: Sequence[Node], words: Sequence[str]) -> str:
    # The second operand is taken where the first is true.
    return f"where({words[0]}, {words[2]}, {words[1]})" if len(words) == 3 else ""


def _turned(node: Node, _: Sequence[Node], words: Sequence[str]) -> str:
    return f"{words[0]}.T" if node.value.ndim == 2 else ""


_SPECIAL: dict[str, Callable[[Node, Sequence[Node], Sequence[str]], str]] = {
    "integer_pow": _integer_power,
    "square": lambda _, __, words: f"{words[0]}**2",
    "neg": lambda _, __, words: f"-{words[0]}",
    "dot_general": _product,
    "select_n": _choice,
    "transpose": _turned,
    "convert_element_type": lambda node, _, words: f"{node.value.dtype}({words[0]})",
    **dict.fromkeys(("reduce_sum", "reduce_max", "reduce_min", "reduce_prod"), _reduction),
}
