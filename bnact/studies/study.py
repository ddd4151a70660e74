"""A work directory opened for a study: checked, locked and mended; or only read."""

import contextlib
import dataclasses
import os
from collections.abc import Iterator
from pathlib import Path

from bnact.studies.errors import StudyError
from bnact.studies.files import check_writable, explained, part_path
from bnact.studies.lock import locked
from bnact.studies.manifest import Manifest, check_unchanged, grown, read_manifest, write_manifest
from bnact.studies.rows import Rows
from bnact.studies.store import mend_store, read_store, warn_of_damage


@dataclasses.dataclass(frozen=True)
class Study:
    """A work directory. All that a study stores as it runs is in its folder `results`.

    Attributes:
      workdir: the directory.
      manifest: the conditions of its runs.
      rows: the runs it held when it was opened.
    """

    workdir: Path
    manifest: Manifest
    rows: Rows

    @property
    def runs(self) -> Path:
        """The finished runs, one line each."""
        return _results(self.workdir) / "runs.jsonl"

    @property
    def failures(self) -> Path:
        """The runs that failed when the study was last executed, one line each; missing if none did."""
        return _results(self.workdir) / "failures.jsonl"

    @property
    def layouts(self) -> Path:
        """How many networks at a time, where memory made them fewer than planned; missing if nowhere."""
        return _results(self.workdir) / "layouts.json"


def _results(workdir: Path) -> Path:
    return workdir / "results"


def _manifest_path(workdir: Path) -> Path:
    return _results(workdir) / "study.json"


def _check_directory(workdir: Path) -> None:
    """Raises an OSError for a name that no directory has or could have."""
    with contextlib.suppress(FileNotFoundError):
        os.stat(os.path.join(workdir, ""))  # with a separator at its end, a file's name is an error


def _check_ours(workdir: Path) -> None:
    """A folder `results` without a manifest is someone else's, unless it is what a first start leaves."""
    results, manifest = _results(workdir), _manifest_path(workdir)
    if manifest.exists() or not results.exists():
        return
    started = {"lock", "writable.part", part_path(manifest).name}
    with explained(results, "list the directory"):
        others = sorted(path.name for path in results.iterdir() if path.name not in started)
    if others:
        raise StudyError(
            f"study: a folder 'results' must be one that a study made; {results} has no study.json but "
            f"{others[:3]}; use another --workdir"
        )


def _settle_manifest(path: Path, present: Manifest) -> Manifest:
    if not path.exists():
        write_manifest(path, present)
        return present
    begun = read_manifest(path)
    check_unchanged(path, begun, present)
    settled = grown(begun, present)
    if settled != begun:
        write_manifest(path, settled)
    return settled


@contextlib.contextmanager
def open_study(workdir: Path, manifest: Manifest) -> Iterator[Study]:
    """Opens a work directory to run a study in, before anything is trained.

    The directory is created where missing. One that holds other files is used, and they are left alone,
    unless it has a folder `results` that no study made.

    Args:
      workdir: the directory.
      manifest: the conditions of this process, see `present_manifest`.

    Yields:
      The study, locked against other processes, its results mended and read.

    Raises:
      StudyError: the directory cannot be written, is in use, holds another study, or its runs were made
        under other conditions.
    """
    results = _results(workdir)
    with explained(workdir, "use the work directory"):
        _check_directory(workdir)
        _check_ours(workdir)
        results.mkdir(parents=True, exist_ok=True)
    with locked(results / "lock"):
        check_writable(results)
        settled = _settle_manifest(_manifest_path(workdir), manifest)
        yield Study(workdir, settled, mend_store(results / "runs.jsonl", results / "quarantine.jsonl"))


def read_study(workdir: Path) -> Study:
    """Reads a work directory without changing it, for a report; its conditions need not be the present ones.

    Args:
      workdir: the directory.

    Returns:
      The study with its sound runs; damaged ones are left out with a warning.

    Raises:
      StudyError: there is no study, or it cannot be read.
    """
    with explained(workdir, "use the work directory"):
        _check_directory(workdir)
        is_there = _manifest_path(workdir).exists()
    if not is_there:
        raise StudyError(
            f"study: a report needs a work directory with results; {workdir} has no results/study.json; "
            "run a study with this --workdir first"
        )
    study = Study(workdir, read_manifest(_manifest_path(workdir)), Rows())
    contents = read_store(study.runs)
    warn_of_damage(study.runs, contents.damage)
    return dataclasses.replace(study, rows=contents.rows)
