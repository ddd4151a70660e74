"""What `import bnact` costs beside `import flax.nnx`; and what it costs once every room has been named.

python -m benchmarks.import_time

A room of bnact is imported when it is first named. One that needs flax, as `bnact.nn`, imports it.
"""

import subprocess
import sys
from functools import partial

from benchmarks.timing import begin, compare, report, seconds_of

BNACT, NNX = "import bnact", "import flax.nnx"
ROOMS = "import bnact; [getattr(bnact, room) for room in dir(bnact)]"


def main() -> None:
    """Imports both in fresh interpreters, in turn."""
    begin()

    def imported(statement: str) -> None:
        subprocess.run([sys.executable, "-c", statement], check=True)

    imported(ROOMS)  # so that all find their files in the page cache
    seconds = seconds_of({each: partial(imported, each) for each in (BNACT, NNX, ROOMS)}, rounds=7)
    report("Import, a fresh interpreter each", seconds)
    compare(seconds, BNACT, NNX, "promised: at most 1.15")
    compare(seconds, ROOMS, NNX, "nothing promised")


if __name__ == "__main__":
    main()
