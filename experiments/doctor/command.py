"""Is this machine set up well, and does its compiler compute what it should?

For example:

  .venv/bin/python -m experiments.doctor
  .venv/bin/python -m experiments.doctor --workdir=mine --json

Looks at versions, devices, cores, threads, allocator, memory, disk, precision, the compilation cache and
known faults of the compiler, and says for each what was found, whether it is good, and what to set and why.
Leaves nothing behind and asks no network. Set variables before Python starts, as for the program you mean to
run. Exit codes: 0 done, nothing will give wrong results (there may be advice); 1 something will; 2 bad input.
"""

import functools
import sys
from collections.abc import Callable

from absl import flags

from experiments.command import DONE, Command, new_flags

from .canaries import CANARIES
from .examination import examination
from .reading import this_machine
from .showing import as_json, show

WRONG = 1

FLAGS = new_flags()
flags.DEFINE_bool("json", False, "print one JSON object, for scripts", flag_values=FLAGS)


def prepare(values: flags.FlagValues) -> Callable[[], int]:
    """What to examine."""
    return functools.partial(examined, values.workdir, values.json)


def examined(workdir: str | None, as_object: bool) -> int:
    """Looks, shows, and returns the exit code."""
    findings = examination(this_machine(workdir), CANARIES)
    if as_object:
        sys.stdout.write(f"{as_json(findings)}\n")
    else:
        show(findings, sys.stdout)
    return WRONG if any(each.verdict == "wrong" for each in findings) else DONE


COMMAND = Command(__doc__ or "", FLAGS, prepare, needs_workdir=False)
