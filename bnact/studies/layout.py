"""The plan of a study in one line: what is compiled, how it lies on the devices, how long it will take."""

from collections.abc import Iterable

from bnact.distributed import Arrangement
from bnact.studies.counted import counted
from bnact.studies.plan import Cell, Plan


def layout_words(plan: Plan) -> str:
    """How the cells of a plan are laid out.

    Args:
      plan: with at least one cell.

    Returns:
      For example "1 program to compile; 2 devices, each 1 network at a time (map), 20 calls a cell".
    """
    programs = sum(cell.compiles for cell in plan.cells)
    layouts = dict.fromkeys((cell.arrangement, _calls(cell)) for cell in plan.cells)
    words = [_words(arrangement, calls) for arrangement, calls in layouts]
    if len(words) > 1:
        widths = [_widths(plan.cells, *layout) for layout in layouts]
        words = [f"width {width}: {each}" for width, each in zip(widths, words, strict=True)]
    return f"{counted(programs, 'program')} to compile; {'; '.join(words)}"


def _calls(cell: Cell) -> int:
    return cell.arrangement.calls(len(cell.lanes))


def _words(arrangement: Arrangement, calls: int) -> str:
    return f"{arrangement_words(arrangement)}, {counted(calls, 'call')} a cell"


def arrangement_words(arrangement: Arrangement) -> str:
    """An arrangement in words, for example "2 devices, each 1 network at a time (map)"."""
    networks = f"{counted(arrangement.at_once, 'network')} at a time ({arrangement.way})"
    each = "each " if arrangement.devices > 1 else ""
    return f"{counted(arrangement.devices, 'device')}, {each}{networks}"


def _widths(cells: Iterable[Cell], arrangement: Arrangement, calls: int) -> str:
    found = {
        cell.lanes[0].width for cell in cells if (cell.arrangement, _calls(cell)) == (arrangement, calls)
    }
    least, most = min(found), max(found)
    return f"{least}" if least == most else f"{least} to {most}"
