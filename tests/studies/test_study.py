import errno
import os
import re
import shutil

import pytest

from bnact.studies.errors import StudyError
from bnact.studies.lock import locked
from bnact.studies.study import open_study, read_study
from tests.studies.fake_runs import MANIFEST, SETTINGS, all_files, fake_study, stored_lines
from tests.studies.test_files import failing


def test_a_finished_directory_holds_results_and_nothing_else(tmp_path):
    fake_study(tmp_path / "a" / "b")
    assert set(all_files(tmp_path / "a" / "b")) == {"results/study.json", "results/runs.jsonl"}


def test_a_directory_with_other_files_is_used_and_they_are_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "report.html").write_text("from before")
    fake_study(tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert (tmp_path / "report.html").read_text() == "from before"


def test_a_folder_results_that_no_study_made_is_refused_and_left_alone(tmp_path):
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "runs.jsonl").write_text("mine")
    with pytest.raises(StudyError, match=r"no study.json but \['runs.jsonl'\]; use another --workdir"):
        fake_study(tmp_path)
    assert all_files(tmp_path) == {"results/runs.jsonl": b"mine"}


@pytest.mark.parametrize("left", ["lock", "writable.part", "study.json.part"])
def test_what_a_first_start_killed_early_leaves_is_no_obstacle(tmp_path, left):
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / left).write_text("left")
    assert len(fake_study(tmp_path).rows) == len(SETTINGS)
    assert set(all_files(tmp_path)) == {"results/study.json", "results/runs.jsonl"}


def test_another_study_is_refused_and_left_alone(tmp_path):
    fake_study(tmp_path)
    before = all_files(tmp_path)
    expected = "a work directory must hold one study; .*study.json has study='fake', now study='mine'"
    with pytest.raises(StudyError, match=expected):
        fake_study(tmp_path, manifest=MANIFEST._replace(study="mine"))
    assert all_files(tmp_path) == before


def test_a_damaged_manifest_is_refused(tmp_path):
    fake_study(tmp_path)
    (tmp_path / "results" / "study.json").write_text("{")
    with pytest.raises(StudyError, match="study.json is damaged"):
        fake_study(tmp_path)


@pytest.mark.parametrize("place", ["file", "file/below", "file/below/deeper"])
def test_a_path_that_cannot_be_a_directory_is_refused(tmp_path, place):
    (tmp_path / "file").write_text("a file")
    with pytest.raises(
        StudyError, match=f"cannot use the work directory; {re.escape(str(tmp_path / place))}: "
    ):
        fake_study(tmp_path / place)
    assert all_files(tmp_path) == {"file": b"a file"}


@pytest.mark.parametrize(
    "call, number", [("mkdir", errno.EROFS), ("open", errno.EROFS), ("open", errno.EACCES)]
)
def test_a_directory_that_cannot_be_written_is_refused_before_training(tmp_path, monkeypatch, call, number):
    def train(settings):
        pytest.fail("trained")

    with monkeypatch.context() as patch:
        patch.setattr(os, call, failing(number))
        with pytest.raises(StudyError, match=f"{re.escape(str(tmp_path))}.*: {os.strerror(number)}; "):
            fake_study(tmp_path / "new", train=train)


def test_a_directory_in_use_is_refused_before_anything_is_changed(tmp_path):
    fake_study(tmp_path)
    damaged = (tmp_path / "results" / "runs.jsonl").read_bytes()[:-3]
    (tmp_path / "results" / "runs.jsonl").write_bytes(damaged)
    with locked(tmp_path / "results" / "lock"):
        with pytest.raises(StudyError, match=f"is held by host .*, process {os.getpid()}, since"):
            fake_study(tmp_path)
        assert (tmp_path / "results" / "runs.jsonl").read_bytes() == damaged


def test_the_lock_is_held_while_a_study_is_open(tmp_path):
    with open_study(tmp_path, MANIFEST), pytest.raises(StudyError, match="is held by"):
        fake_study(tmp_path)


def test_a_moved_directory_goes_on(tmp_path):
    fake_study(tmp_path / "here", SETTINGS[:7])
    shutil.move(tmp_path / "here", tmp_path / "there")
    fake_study(tmp_path / "there")
    fake_study(tmp_path / "whole")
    assert stored_lines(tmp_path / "there") == stored_lines(tmp_path / "whole")
    assert len(read_study(tmp_path / "there").rows) == len(SETTINGS)


def test_reading_changes_nothing_and_needs_no_lock(tmp_path):
    fake_study(tmp_path)
    path = tmp_path / "results" / "runs.jsonl"
    path.write_bytes(b"bad\n" + path.read_bytes())
    before = all_files(tmp_path)
    with pytest.warns(UserWarning, match=re.escape(f"{path}: left out, and to be run again: at byte 0")):
        study = read_study(tmp_path)
    assert len(study.rows) == len(SETTINGS)
    assert study.manifest == MANIFEST
    assert all_files(tmp_path) == before


def test_reading_a_directory_without_a_study_is_refused(tmp_path):
    with pytest.raises(StudyError, match=re.escape(f"{tmp_path} has no results/study.json; run a study")):
        read_study(tmp_path)


def test_a_path_of_any_letters_works(tmp_path):
    workdir = tmp_path / ("ü χ 'quoted' <b>" + "x" * 200)
    fake_study(workdir)
    assert len(read_study(workdir).rows) == len(SETTINGS)
