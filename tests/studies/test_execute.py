import collections
import dataclasses
import errno
import json
import os
import re
import subprocess
import sys

import numpy as np
import pytest

from bnact.studies.errors import StudyError
from bnact.studies.identity import setting_id
from bnact.studies.manifest import DataRecord
from bnact.training.setting import Setting
from tests.studies.fake_runs import (
    MANIFEST,
    SETTINGS,
    Silence,
    all_files,
    fake_log,
    fake_study,
    fake_train,
    stored_lines,
)
from tests.studies.test_files import broken


def untrained(settings):
    pytest.fail(f"trained again: {settings}")


def test_every_run_is_trained_once_and_returned_in_the_order_asked(tmp_path):
    trained = collections.Counter()

    def train(settings):
        trained.update(settings)
        return fake_train(settings)

    outcome = fake_study(tmp_path, train=train)
    assert trained == collections.Counter(SETTINGS)
    assert [row.setting for row in outcome.rows] == list(SETTINGS)
    assert outcome.failures == ()
    for row in outcome.rows:
        np.testing.assert_array_equal(row.log.gradient_norm, fake_log(row.setting).gradient_norm)


def test_progress_is_told_which_datasets_are_regressions(tmp_path):
    silence = Silence()
    data = {**MANIFEST.data, "friedman": DataRecord("f" * 64, "regression", "A function of five numbers.")}
    fake_study(tmp_path, progress=silence, manifest=MANIFEST._replace(data=data))
    assert silence.regressions == {"friedman"}


def test_the_same_command_again_trains_nothing_and_changes_nothing(tmp_path):
    first = fake_study(tmp_path)
    before = all_files(tmp_path)
    second = fake_study(tmp_path, train=untrained)
    assert [row.id for row in second.rows] == [row.id for row in first.rows]
    assert all_files(tmp_path) == before


def test_settings_asked_in_another_order_or_twice_are_the_same_study(tmp_path):
    fake_study(tmp_path)
    outcome = fake_study(tmp_path, settings=SETTINGS[::-1] * 2, train=untrained)
    assert [row.setting for row in outcome.rows] == list(SETTINGS[::-1])


def test_only_what_was_asked_is_returned(tmp_path):
    fake_study(tmp_path)
    outcome = fake_study(tmp_path, settings=SETTINGS[2:5], train=untrained)
    assert [row.setting for row in outcome.rows] == list(SETTINGS[2:5])


def test_a_larger_grid_trains_what_is_new_and_keeps_what_is_stored(tmp_path):
    fake_study(tmp_path, SETTINGS[:4])
    before = stored_lines(tmp_path)
    more = tuple(dataclasses.replace(s, seed=7) for s in SETTINGS[:2])
    populations = []

    def train(settings):
        populations.append(len(settings))
        return fake_train(settings)

    outcome = fake_study(tmp_path, SETTINGS[:4] + more, train=train)
    assert populations == [1]
    assert len(outcome.rows) == 5
    assert set(before) < set(stored_lines(tmp_path))


def test_runs_that_diverged_are_rows_and_not_tried_again(tmp_path):
    outcome = fake_study(tmp_path)
    diverged = [row for row in outcome.rows if row.log.diverged >= 0]
    assert 0 < len(diverged) < len(SETTINGS)
    assert all(np.isnan(np.concatenate([np.ravel(each) for each in row.log])).any() for row in diverged)
    again = fake_study(tmp_path, train=untrained)
    assert sum(row.log.diverged >= 0 for row in again.rows) == len(diverged)


def test_no_settings_are_no_rows(tmp_path):
    outcome = fake_study(tmp_path, settings=(), train=untrained)
    assert len(outcome.rows) == 0


def test_settings_on_other_data_are_refused_before_training(tmp_path):
    other = dataclasses.replace(SETTINGS[0], data="spirals")
    with pytest.raises(ValueError, match="got data='spirals' in a study on digits; open the study with all"):
        fake_study(tmp_path, settings=(*SETTINGS, other), train=untrained)


def breaks_on(activation, depth, error):
    def train(settings):
        if (settings[0].activation, settings[0].depth) == (activation, depth):
            raise error
        return fake_train(settings)

    return train


def test_an_error_in_one_cell_is_recorded_and_the_rest_finishes(tmp_path):
    outcome = fake_study(tmp_path, train=breaks_on("relu", 4, ValueError("broken")))
    assert len(outcome.rows) == len(SETTINGS) - 4
    assert {(f.setting.activation, f.setting.depth, f.error) for f in outcome.failures} == {
        ("relu", 4, "ValueError: broken")
    }
    lines = (tmp_path / "results" / "failures.jsonl").read_text().splitlines()
    records = [json.loads(line) for line in lines]
    assert {record["id"] for record in records} == {setting_id(f.setting) for f in outcome.failures}
    assert "in train" in records[0]["traceback"][-1]
    assert str(tmp_path) not in "".join(lines)


def test_what_failed_is_tried_again_and_then_no_failure_is_left(tmp_path):
    fake_study(tmp_path / "a", train=breaks_on("relu", 4, ValueError("broken")))
    outcome = fake_study(tmp_path / "a")
    assert outcome.failures == ()
    fake_study(tmp_path / "whole")
    assert stored_lines(tmp_path / "a") == stored_lines(tmp_path / "whole")
    assert set(all_files(tmp_path / "a")) == {"results/study.json", "results/runs.jsonl"}


def test_only_missing_runs_of_a_cell_are_trained_and_stored(tmp_path):
    fake_study(tmp_path / "whole")
    whole = stored_lines(tmp_path / "whole")
    fake_study(tmp_path / "a")
    path = tmp_path / "a" / "results" / "runs.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:2] + lines[3:]))
    populations = []

    def train(settings):
        populations.append(len(settings))
        return fake_train(settings)

    fake_study(tmp_path / "a", train=train)
    assert populations == [1]
    assert stored_lines(tmp_path / "a") == whole


@pytest.mark.parametrize("damage", ["flip", "zeros", "torn"])
def test_a_damaged_run_is_done_again(tmp_path, damage):
    fake_study(tmp_path / "whole")
    fake_study(tmp_path / "a")
    path = tmp_path / "a" / "results" / "runs.jsonl"
    data = bytearray(path.read_bytes())
    if damage == "flip":
        data[1500] ^= 1
    elif damage == "zeros":
        data[1000:5096] = bytes(4096)
    else:
        del data[-700:]
    path.write_bytes(bytes(data))
    with pytest.warns(UserWarning, match="left out, and to be run again"):
        fake_study(tmp_path / "a")
    assert stored_lines(tmp_path / "a") == stored_lines(tmp_path / "whole")


@pytest.mark.parametrize("after", [6_000, 12_000])
def test_a_disk_that_fills_up_ends_the_study_and_freed_it_completes(tmp_path, monkeypatch, after):
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", broken(errno.ENOSPC, after))
        with pytest.raises(StudyError) as raised:
            fake_study(tmp_path / "a")
    assert re.search(r"cannot store 4 runs, the first [0-9a-f]{16} \(Setting\(", str(raised.value))
    assert "runs.jsonl: No space left on device; free space" in str(raised.value)
    fake_study(tmp_path / "a")  # a warning would be an error: nothing was damaged
    fake_study(tmp_path / "whole")
    assert stored_lines(tmp_path / "a") == stored_lines(tmp_path / "whole")


def test_progress_is_told_of_every_cell_and_finished_even_after_an_error(tmp_path):
    told = []

    class Listener(Silence):
        def start(self, plan, stored, regressions=frozenset()):
            told.append(("start", len(plan.cells), len(stored)))

        def cell_done(self, cell, logs, estimate):
            told.append(("cell", len(logs), estimate.measured[-1].seconds >= 0))

        def finish(self):
            told.append(("finish",))

    fake_study(tmp_path, SETTINGS[:4])
    fake_study(tmp_path, progress=Listener(), train=breaks_on("tanh", 4, ValueError("broken")))
    assert told == [("start", 3, 4), ("cell", 4, True), ("cell", 4, True), ("cell", 0, True), ("finish",)]

    told.clear()
    with pytest.raises(KeyboardInterrupt):
        fake_study(tmp_path, progress=Listener(), train=breaks_on("tanh", 4, KeyboardInterrupt()))
    assert told[-1] == ("finish",)


def test_killed_at_any_call_the_same_command_completes_with_the_same_lines(tmp_path):
    process = subprocess.run(
        [sys.executable, "-m", "tests.studies.killed_studies", str(tmp_path)], capture_output=True, text=True
    )
    assert process.returncode == 0, process.stderr
    results = json.loads(process.stdout)["results"]
    counts = collections.Counter(result["call"] for result in results)
    assert counts["write"] == 2 * 6, "probe, manifest and four cells, before and halfway"
    assert counts["fsync"] == 6 + 2, "and the directory, for the manifest and the first cell"
    assert counts["replace"] == 1
    for result in results:
        assert result["killed"], result
        assert result["finished"], result
        assert result["same"], result
        assert result["files"] == ["results/runs.jsonl", "results/study.json"], result


def test_a_thousand_cells_take_bounded_time(tmp_path):
    settings = [
        Setting(activation=a, depth=depth, width=8, batch_size=16, steps=5, seed=seed)
        for a in ("relu", "tanh")
        for depth in range(1, 251)
        for seed in range(2)
    ]
    assert len(fake_study(tmp_path, settings).rows) == 1000
