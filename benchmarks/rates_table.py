"""The table of rates, compilation in, in a fresh process.

python -m benchmarks.rates_table
"""

import subprocess
import sys

from benchmarks.timing import begin, report, seconds_of

IMPORT = "import bnact.theory"
TABLE = "from bnact.theory import rates_table; rates_table()"
PRINTED = "from bnact.theory import rates_table; print(rates_table().to_text())"
PROMISE = 20.0


def main() -> None:
    """Prints the table, then times it and the import it contains, in turn."""
    begin()

    def run(statement: str) -> None:
        subprocess.run([sys.executable, "-c", statement], check=True)

    run(PRINTED)
    seconds = seconds_of({"import": lambda: run(IMPORT), "the table": lambda: run(TABLE)}, rounds=3)
    report("Every activation without a jump at eight batch sizes, a fresh interpreter each", seconds)
    slowest = max(seconds["the table"])
    verdict = "kept" if slowest < PROMISE else "MISSED"
    print(f"  promised: below {PROMISE:.0f} s; the slowest took {slowest:.1f} s: {verdict}")


if __name__ == "__main__":
    main()
