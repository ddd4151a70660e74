"""What torch, haiku, equinox and keras computed, as record.py wrote it down, against what is made of it."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from bnact import convert

RECORDED = json.loads((Path(__file__).parent / "recorded.json").read_text())
BATCHES = [jnp.asarray(batch, jnp.float32) for batch in RECORDED["batches"]]
CASES = RECORDED["cases"]
# What only the library's own object tells: that a batch norm's further averages are for training.
OBJECTS_ONLY = {"keras: batch renormalized"}
each_case = pytest.mark.parametrize("name", [name for name in CASES if name not in OBJECTS_ONLY])


def arrays_of(listed) -> Any:
    """Nested lists as arrays; a whole number is a count."""
    if isinstance(listed, dict):
        return {name: arrays_of(value) for name, value in listed.items()}
    return np.asarray(listed, np.int32 if isinstance(listed, int) else np.float32)


def converted(case, listed):
    arrays, kind, settings = arrays_of(listed), case["kind"], case["settings"]
    if case["library"] == "haiku":
        return convert.from_haiku(arrays["params"], arrays["state"], "net/~/norm", kind, settings)
    made = {"torch": convert.from_torch, "equinox": convert.from_equinox, "keras": convert.from_keras}
    return made[case["library"]](arrays, kind, settings)


def replayed(case):
    """The library's step as `training_agreement` asks for it, from the record."""
    steps = iter(case["steps"])

    def step(x):
        now = next(steps)
        return np.asarray(now["y"]), converted(case, now["arrays"])

    return step


@each_case
def test_evaluation_is_as_recorded(name):
    case = CASES[name]
    evaluated = iter(case["evaluated"])
    layer = converted(case, case["arrays"])
    convert.assert_agreement(layer, lambda x: np.asarray(next(evaluated)), BATCHES[0])


@pytest.mark.parametrize("name", [name for name in CASES if "steps" in CASES[name]])
def test_training_is_as_recorded(name):
    case = CASES[name]
    layer = converted(case, case["arrays"])
    convert.assert_training_agreement(layer, replayed(case), BATCHES)


BATCH_NORMS = [name for name in CASES if name.endswith(": batch")]


@pytest.mark.parametrize("name", BATCH_NORMS)
@pytest.mark.parametrize("setting", ["momentum", "bessel", "epsilon", "debias"])
def test_a_wrong_convention_is_caught(name, setting):
    case = CASES[name]
    layer = converted(case, case["arrays"])
    right = layer.settings[setting]
    wrong = not right if isinstance(right, bool) else 1 - right if setting == "momentum" else 10 * right
    layer = dataclasses.replace(layer, settings={**layer.settings, setting: wrong})
    with pytest.raises(AssertionError, match="residual .* bound 1e-05; shape"):
        convert.assert_training_agreement(layer, replayed(case), BATCHES)


def test_every_library_is_recorded():
    assert {case["library"] for case in CASES.values()} == {"torch", "haiku", "equinox", "keras"}
    assert len(BATCH_NORMS) == 4
