"""The table of promises about speed has every benchmark, and each says what its figures depend on."""

import importlib
import importlib.util
import os
import re
from pathlib import Path

import jax
import numpy as np
import pytest

from benchmarks import timing
from benchmarks.arranged import arranged_program, blocks_of, shared_data
from benchmarks.bare_training import user_run
from benchmarks.two_processes import check_agreement
from bnact.data import Dataset, Split
from bnact.distributed import Arrangement
from bnact.fused import index_of, table_of
from bnact.training import Setting

FOLDER = Path(__file__).parents[1] / "benchmarks"
TABLE = (FOLDER / "README.md").read_text()
MODULES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")
OFFERED = [name for name in MODULES if f"-m benchmarks.{name}" in (FOLDER / f"{name}.py").read_text()]
TIMED = [name for name in OFFERED if "benchmarks.timing" in (FOLDER / f"{name}.py").read_text()]


def _keeps_programs():
    return getattr(jax.config, "jax_enable_compilation_cache")  # noqa: B009 - unknown to type checkers


@pytest.fixture
def _settings(monkeypatch):
    """What `begin` switches off is on again afterwards."""
    kept = _keeps_programs()
    for name in timing.CACHES_OFF:
        monkeypatch.setenv(name, "as it was")
    yield
    jax.config.update("jax_enable_compilation_cache", kept)


def test_every_benchmark_stands_in_the_table():
    assert OFFERED
    assert [name for name in OFFERED if f"`python -m benchmarks.{name}`" not in TABLE] == []


def test_every_command_of_the_table_names_a_benchmark():
    named = set(re.findall(r"`python -m benchmarks\.(\w+)", TABLE))
    assert named == set(OFFERED)


def test_every_benchmark_can_be_imported():
    modules = {name: importlib.import_module(f"benchmarks.{name}") for name in MODULES}
    assert [name for name in OFFERED if not callable(modules[name].main)] == []


def test_every_benchmark_that_times_begins_with_its_circumstances():
    mains = {name: (FOLDER / f"{name}.py").read_text().split("\ndef main(")[1] for name in TIMED}
    begun = re.compile(r'[^\n]*\n    """.*?"""\n    begin\(', re.DOTALL)
    assert len(TIMED) > 10
    assert [name for name, main in mains.items() if not begun.match(main)] == []


@pytest.mark.usefixtures("_settings")
def test_a_benchmark_says_load_versions_allocator_and_cores_and_keeps_no_programs(capsys):
    timing.begin("torch")
    said = capsys.readouterr().out
    words = ("cores allowed", "load of the last", "jax 0", "jaxlib 0", "flax 0", "torch ", "GLIBC_TUNABLES")
    assert [word for word in words if word not in said] == []
    assert "compilation caches off" in said
    assert not _keeps_programs()
    assert {name: os.environ[name] for name in timing.CACHES_OFF} == timing.CACHES_OFF


def test_one_round_has_no_spread_and_is_refused():
    with pytest.raises(ValueError, match="rounds must be at least 2; got 1"):
        timing.seconds_of({"nothing": lambda: None}, rounds=1)


def test_candidates_are_compiled_first_and_then_timed_in_turn():
    called = []
    names = {name: lambda name=name: called.append(name) for name in "ab"}
    assert [len(values) for values in timing.measured(names, 0.0, fewest=3, most=5).values()] == [3, 3]
    assert "".join(called) == "ab" * 5


def test_a_ratio_is_of_medians_and_its_spread_leaves_out_tenths_of_many_rounds():
    few = timing.ratio({"a": [2.0, 9.0], "b": [1.0, 1.0]}, "a", "b")
    assert few == (5.5, 2.0, 9.0)
    many = timing.ratio({"a": [float(n) for n in range(1, 21)], "b": [1.0] * 20}, "a", "b")
    assert many == (10.5, 3.0, 18.0)


def test_processes_that_descend_another_loss_end_the_benchmark():
    check_agreement([2.0, 2.0001, 2.0])
    for wrong in ([2.0, 2.1, 2.0], [2.0, float("nan"), 2.0]):
        with pytest.raises(SystemExit, match="must have the same loss"):
            check_agreement(wrong)


@pytest.mark.parametrize("devices", [1, 2, 3, 6, 12, 24])
def test_calls_are_full_however_many_cores_there_are(devices):
    layout = Arrangement(devices, 1, "map")
    blocks = blocks_of(Setting(), layout, layout.calls(40))
    seeds = np.array([block.seed for block in blocks])
    assert seeds.shape == (layout.calls(40), devices)
    assert len(np.unique(seeds)) == seeds.size >= 40


def test_a_run_beside_the_loops_keeps_running_averages_and_the_mean_loss():
    random = np.random.default_rng(0)
    split = Split(random.normal(5.0, 2.0, (32, 3)).astype(np.float32), np.arange(32, dtype=np.int32) % 2)
    dataset = Dataset("made", split, split, split, 2, "0" * 64, "made for this test")
    setting = Setting(data="made", depth=1, width=4, batch_size=16, steps=3)
    layout = Arrangement(1, 2, "map")
    (lanes,) = blocks_of(setting, layout, 1)
    shared = shared_data(setting, dataset, index_of("relu", "batch", "before", table_of(("relu",))))
    program = arranged_program(user_run(setting, dataset, unroll=setting.depth), shared, lanes, layout)
    _, averages, loss = program(shared, lanes)
    assert loss.shape == (2,)
    assert np.all(np.isfinite(loss))
    assert np.all(loss > 0)
    moved = [np.ptp(np.asarray(leaf).reshape(2, -1), axis=1) for leaf in jax.tree.leaves(averages)]
    assert any(np.all(spread > 0) for spread in moved)
