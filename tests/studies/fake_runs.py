"""Runs that cost nothing, for tests of what happens around training."""

import hashlib
import itertools
from collections.abc import Callable, Mapping, Sequence, Set
from pathlib import Path
from typing import Any

import numpy as np

from bnact.studies.attempt import Train
from bnact.studies.estimate import Estimate
from bnact.studies.execute import Outcome, execute
from bnact.studies.identity import SCHEMA, setting_id
from bnact.studies.manifest import DataRecord, Manifest
from bnact.studies.plan import Cell, Plan
from bnact.studies.rows import Rows
from bnact.studies.study import open_study
from bnact.training import Population
from bnact.training.log import Log
from bnact.training.setting import Setting

POINTS, LAYERS, BINS = 3, 2, 4

MANIFEST = Manifest(
    schema=SCHEMA,
    study="fake",
    data={"digits": DataRecord("d" * 64, "classification", "Images of digits.")},
    code="c" * 64,
    jax="1",
    jaxlib="2",
    flax="3",
    optax="4",
    numpy="5",
    x64=False,
    device="cpu",
    devices=8,
)

# Two programs, two cells each, four lanes a cell.
SETTINGS = tuple(
    Setting(
        activation=activation, depth=depth, width=8, batch_size=16, steps=5, learning_rate=rate, seed=seed
    )
    for activation, depth in itertools.product(("relu", "tanh"), (1, 4))
    for rate, seed in itertools.product((0.1, 0.3), (0, 1))
)


def fake_log(setting: Setting) -> Log:
    """Numbers that depend on the setting alone; one setting in four diverges."""
    digest = hashlib.sha256(setting_id(setting).encode()).digest()
    random = np.random.default_rng(list(digest))
    diverged = digest[0] % 4 == 0

    def reals(*shape: int) -> Any:
        values = np.asarray(random.random(shape), np.float32)
        return np.where(random.random(shape) < 0.3, np.float32(np.nan), values) if diverged else values

    def counts(values: Any) -> Any:
        return np.asarray(values, np.int32)

    shaped = {
        "step": counts(range(POINTS)),
        "dead": reals(POINTS, LAYERS),
        "saturated": reals(POINTS, LAYERS),
        "gradient_norm": reals(POINTS, LAYERS),
        "histogram": counts(random.integers(0, 1000, (2, BINS))),
        "test_accuracy": reals(),
        "diverged": counts(2 if diverged else -1),
    }
    # A curve is what most fields are, and any that is added.
    return Log(**{name: shaped[name] if name in shaped else reals(POINTS) for name in Log._fields})


def fake_train(settings: Sequence[Setting]) -> list[Log]:
    return [fake_log(setting) for setting in settings]


def in_any_layout(train: Callable[[Sequence[Setting]], list[Log]]) -> Train:
    """What trains as it is told to, and finds its program compiled."""
    return lambda settings, arrangement: Population(train(settings), arrangement, compiled=False)


class Silence:
    """Progress that nobody hears."""

    def start(self, plan: Plan, stored: Rows, regressions: Set[str] = frozenset()) -> None:
        self.plan, self.regressions = plan, regressions

    def cell_done(self, cell: Cell, logs: Mapping[Setting, Log], estimate: Estimate) -> None:
        pass

    def finish(self) -> None:
        pass


def fake_study(
    workdir: Path, settings=SETTINGS, train=fake_train, progress=None, manifest=MANIFEST
) -> Outcome:
    with open_study(workdir, manifest) as study:
        return execute(settings, study, in_any_layout(train), progress or Silence())


def stored_lines(workdir: Path) -> list[bytes]:
    """The stored runs, in no particular order."""
    return sorted((workdir / "results" / "runs.jsonl").read_bytes().splitlines(keepends=True))


def all_files(workdir: Path) -> dict[str, bytes]:
    return {p.relative_to(workdir).as_posix(): p.read_bytes() for p in workdir.rglob("*") if p.is_file()}
