"""What `import bnact` costs beside `import flax.nnx`, which it contains.

python -m benchmarks.import_time
"""

import subprocess
import sys

from benchmarks.timing import begin, compare, report, seconds_of

BNACT, NNX = "import bnact", "import flax.nnx"


def main() -> None:
    """Imports both in fresh interpreters, in turn."""
    begin()

    def imported(statement: str) -> None:
        subprocess.run([sys.executable, "-c", statement], check=True)

    imported(BNACT)  # so that both find their files in the page cache
    seconds = seconds_of({BNACT: lambda: imported(BNACT), NNX: lambda: imported(NNX)}, rounds=7)
    report("Import, a fresh interpreter each", seconds)
    compare(seconds, BNACT, NNX, "promised: at most 1.15")


if __name__ == "__main__":
    main()
