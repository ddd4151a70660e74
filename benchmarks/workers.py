"""Candidates in processes of their own: each with the devices and threads it would have alone."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping

MARK = "worker:"


class Worker:
    """A process that has prepared something, said what that took, and now does it whenever it is asked."""

    def __init__(self, module: str, call: str, environment: Mapping[str, str] | None = None):
        """Starts `module.call`, an expression that ends in `serve`; `environment` is added to this one's."""
        program = f"import {module}; {module}.{call}"
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self.process = subprocess.Popen(
            [sys.executable, "-c", program], env={**os.environ, **(environment or {})}, text=True, **pipes
        )

    def said(self) -> str:
        """What it says next; nothing if it has ended."""
        # Libraries print on the same stream.
        lines = (line for line in self.process.stdout if line.startswith(MARK))
        return next(lines, MARK).removeprefix(MARK).strip()

    def ask(self) -> None:
        """Lets it begin."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def __call__(self) -> str:
        """Lets it work once, and returns what it says of that."""
        self.ask()
        return self.said()


@contextlib.contextmanager
def all_ended(workers: Mapping[str, Worker]) -> Iterator[None]:
    """At the end no worker is left, whatever happened; `workers` may be filled meanwhile."""
    try:
        yield
    finally:
        # All before any is waited for: processes that talk to each other complain of one that is gone.
        for worker in workers.values():
            worker.process.kill()
        for worker in workers.values():
            worker.process.wait()


def serve(prepared: object, work: Callable[[], object]) -> None:
    """The worker's side: says what was prepared, then works at every line that comes and says the outcome."""
    print(MARK, prepared, flush=True)
    for _ in sys.stdin:
        print(MARK, work(), flush=True)
