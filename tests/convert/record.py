"""Writes recorded.json: what the real libraries hold and compute, so that tests need none of them.

    python -m tests.convert.record

It needs torch, dm-haiku, equinox and keras with its backend jax.
"""

import json
from pathlib import Path

import jax
import numpy as np

from bnact.convert.agreement import SIZES
from bnact.convert.arrays import plain
from tests.convert import (
    equinox_side,
    haiku_side,
    keras_side,
    test_equinox,
    test_haiku,
    test_keras,
    test_torch,
    torch_side,
)
from tests.convert.sides import batches, trained

RECORDED = Path(__file__).parent / "recorded.json"
SHAPE = (2, 3, 1)
LIBRARIES = {
    "torch": (torch_side, test_torch),
    "haiku": (haiku_side, test_haiku),
    "equinox": (equinox_side, test_equinox),
    "keras": (keras_side, test_keras),
}


def listed(tree):
    """Arrays as nested lists, in the shortest digits that give them back."""
    if isinstance(tree, dict) or hasattr(tree, "items"):
        return {name: listed(value) for name, value in tree.items()}
    array = plain(tree)
    if np.issubdtype(array.dtype, np.integer):
        return array.tolist()
    return json.loads(
        json.dumps(np.vectorize(lambda value: float(str(value)), otypes=[float])(array).tolist())
    )


def record(library, name):
    """One layer after three batches: its arrays, what it evaluates to, and two more steps if it remembers."""
    made, tests = LIBRARIES[library]
    kind, settings = tests.MADE[name]
    side = trained(made.made(kind, **settings))
    x = batches(2, SHAPE)
    case = {"library": library, "kind": kind, "settings": settings, "arrays": listed(side.arrays())}
    case["evaluated"] = [listed(side.evaluate(x[0] * size)) for size in SIZES]
    if kind == "batch" and not side.layer().frozen:
        case["steps"] = [
            {"y": listed(side.train(batch * size)), "arrays": listed(side.arrays())}
            for batch, size in zip(x, SIZES, strict=True)
        ]
    return case


def main():
    cases = {
        f"{library}: {name}": record(library, name)
        for library, (_, tests) in LIBRARIES.items()
        for name in tests.MADE
    }
    contents = {"batches": listed(np.stack(batches(2, SHAPE))), "cases": cases}
    RECORDED.write_text(json.dumps(contents, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    jax.config.update("jax_platforms", "cpu")
    main()
