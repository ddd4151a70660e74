"""A block of entries in three dimensions, with one output and all it depends on in colour."""

from collections.abc import Iterator

import numpy as np

from .subject import Block

CELL = 13.0
BACK = (7.0, -6.0)
"""One step backwards, to the right and up."""
ROOM = 36.0
"""Right of the block, for the name of the axis that runs backwards."""

Point = tuple[float, float]
Face = tuple[str, tuple[int, int, int], tuple[Point, ...]]


def drawing(dependence: np.ndarray, block: Block) -> str:
    """An SVG element: height and width run downwards, features to the right, the other axis backwards.

    Seen are the front, the top and the right side, in the manner of the figure of Wu and He, "Group
    normalization", 2018. The output is at the front and on top.

    Args:
      dependence: boolean, of the block's shape.
      block: its axes, and where the output is.
    """
    seen = _arranged(dependence, block)
    output = tuple(int(each[0]) for each in np.nonzero(_arranged(_only(block), block)))
    deep, high, wide = seen.shape
    left, top = 16.0, 4 - deep * BACK[1]
    paths = {"off": "", "on": "", "one": ""}
    sides: dict[str, str] = {"top": "", "side": "", "front": ""}
    for side, entry, corners in _faces(seen.shape):
        outline = _outline([(left + x, top + y) for x, y in corners])
        paths["one" if entry == output else "on" if seen[entry] else "off"] += outline
        sides[side] += outline
    width, height = left + wide * CELL + deep * BACK[0] + ROOM, top + high * CELL + 14
    return (
        f'<svg class="block" viewBox="0 0 {width:g} {height:g}" xmlns="http://www.w3.org/2000/svg" '
        'aria-hidden="true">'
        + "".join(f'<path class="{kind}" d="{path}"/>' for kind, path in paths.items() if path)
        + f'<path class="lit" d="{sides["top"]}"/><path class="shaded" d="{sides["side"]}"/>'
        + f'<path class="grid" d="{"".join(sides.values())}"/>'
        + _labels(block, left, top, seen.shape)
        + "</svg>"
    )


def _only(block: Block) -> np.ndarray:
    alone = np.zeros(block.shape, bool)
    alone[block.output] = True
    return alone


def _arranged(entries: np.ndarray, block: Block) -> np.ndarray:
    """(backwards, downwards, to the right)."""
    moved = np.moveaxis(entries, block.depth, 0)
    return moved.reshape(moved.shape[0], -1, moved.shape[-1])


def _faces(shape: tuple[int, ...]) -> Iterator[Face]:
    """The side, the entry and the corners of every face that is seen."""
    deep, high, wide = shape
    for right in range(wide):
        for down in range(high):
            yield "front", (0, down, right), _corners((0, down, right), (0, 0, 1), (0, 1, 0))
        for back in range(deep):
            yield "top", (back, 0, right), _corners((back, 0, right), (0, 0, 1), (1, 0, 0))
    for back in range(deep):
        for down in range(high):
            start = back, down, wide
            yield "side", (back, down, wide - 1), _corners(start, (1, 0, 0), (0, 1, 0))


def _corners(start: tuple[int, ...], along: tuple[int, ...], across: tuple[int, ...]) -> tuple[Point, ...]:
    steps = ((0, 0), (1, 0), (1, 1), (0, 1))
    return tuple(
        _placed(*(s + a * first + b * second for s, first, second in zip(start, along, across, strict=True)))
        for a, b in steps
    )


def _placed(back: int, down: int, right: int) -> Point:
    return right * CELL + back * BACK[0], down * CELL + back * BACK[1]


def _outline(corners: list[Point]) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in corners) + "z"


def _labels(block: Block, left: float, top: float, shape: tuple[int, ...]) -> str:
    deep, high, wide = shape
    middle = top + high * CELL / 2
    x = left + wide * CELL + deep * BACK[0] / 2 + 3
    y = top + high * CELL + deep * BACK[1] / 2 + 9
    return (
        f'<text x="{left + wide * CELL / 2:g}" y="{top + high * CELL + 11:g}" text-anchor="middle">'
        f"{block.axes[3]}</text>"
        f'<text transform="translate({left - 5:g} {middle:g}) rotate(-90)" text-anchor="middle">'
        "rows × columns</text>"
        f'<text x="{x:g}" y="{y:g}">{block.axes[block.depth]}</text>'
    )
