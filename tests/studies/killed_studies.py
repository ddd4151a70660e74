"""Runs a study once for every system call it makes, killed at that call, and then to its end.

Started by test_execute.py in a process of its own, since it forks: the interpreter is loaded once.
Prints one JSON object: for every call its name, and whether the second run's lines are the uninterrupted
study's.
"""

import json
import os
import signal
import sys
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path

from tests.studies.fake_runs import SETTINGS, all_files, fake_study, stored_lines

CALLS = ("open", "write", "pwrite", "fsync", "ftruncate", "replace", "unlink", "mkdir", "close")


REAL = {name: getattr(os, name) for name in CALLS}


def killing(note: Path, at: int, halfway: bool) -> None:
    """From now on, call number `at` of this process kills it, before the call or halfway through a write.

    Halfway, writes alone are counted. The call's name is left in `note`.
    """
    count = 0

    def kill(name: str, arguments: tuple) -> None:
        for each, call in REAL.items():
            setattr(os, each, call)
        note.write_text(name)
        if halfway:
            os.write(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
        os.kill(os.getpid(), signal.SIGKILL)

    def counted(name: str, call: Callable) -> Callable:
        def wrapper(*arguments, **keywords):
            nonlocal count
            count += 1
            if count == at:
                kill(name, arguments)
            return call(*arguments, **keywords)

        return wrapper

    for name in ("write",) if halfway else CALLS:
        setattr(os, name, counted(name, REAL[name]))


def in_child(work: Callable[[], object]) -> int:
    """Runs `work` in a fork; its wait status."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1]


def killed_and_finished(workdir: Path, at: int, halfway: bool) -> dict | None:
    """What became of a study killed at call `at`; None if it has fewer calls."""
    note = workdir.with_suffix(".note")

    def first() -> None:
        killing(note, at, halfway)
        fake_study(workdir)

    status = in_child(first)
    if status == 0:
        return None
    second = in_child(lambda: fake_study(workdir))
    return {
        "call": note.read_text(),
        "killed": os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL,
        "finished": second == 0,
        "lines": [line.decode() for line in stored_lines(workdir)],
        "files": sorted(all_files(workdir)),
    }


def main(folder: Path) -> None:
    warnings.simplefilter("ignore")
    whole = folder / "whole"
    fake_study(whole)
    results = []
    for halfway in (False, True):
        at = 1
        while (result := killed_and_finished(folder / f"{halfway}-{at}", at, halfway)) is not None:
            result["same"] = result.pop("lines") == [line.decode() for line in stored_lines(whole)]
            results.append(result)
            at += 1
    print(json.dumps({"runs": len(SETTINGS), "results": results}))  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))
