"""SIGINT and SIGTERM: leave soon, with what is finished stored, and say how to go on."""

import contextlib
import os
import select
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType
from typing import NoReturn

SIGNALS = (signal.SIGINT, signal.SIGTERM)

GRACE_SECONDS = 6.0
"""How long the cell under way may take to end and be stored before the process leaves without it."""


def exit_code(number: int) -> int:
    """What the process exits with when stopped by a signal, as shells count: 130 or 143."""
    return 128 + number


def _farewell(number: int) -> str:
    name = signal.Signals(number).name
    return f"\nstopped by {name}: every finished cell is stored; the same command goes on from there\n"


class Interruption:
    """Whether the process was asked to stop.

    Attributes:
      number: the signal that came, or None.
    """

    def __init__(self) -> None:
        self.number: int | None = None

    def receive(self, number: int, frame: FrameType | None) -> None:
        """The handler. It raises nothing: an exception out of a handler may be lost in any callback."""
        del frame
        if self.number is not None:
            _leave(self.number)
        self.number = number

    def check(self) -> None:
        """Stops if asked to.

        Raises:
          SystemExit: a signal came; with its exit code.
        """
        if self.number is not None:
            raise SystemExit(exit_code(self.number))


def _leave(number: int) -> NoReturn:
    # Rows are durable and the kernel frees the lock, so leaving without unwinding loses nothing.
    show_cursor = "\x1b[?25h" if sys.stderr.isatty() else ""
    os.write(2, (show_cursor + _farewell(number)).encode())
    os._exit(exit_code(number))


def _watch(received: int) -> None:
    """Leaves in place of a main thread that is too long inside compiled code, where it sees no signal."""
    first = _next_signal(received)
    if first is not None:
        ready, _, _ = select.select([received], [], [], GRACE_SECONDS)
        if not ready or _next_signal(received) is not None:
            _leave(first)
    os.close(received)


def _next_signal(received: int) -> int | None:
    while number := os.read(received, 1):
        if number[0] in SIGNALS:
            return number[0]
    return None


@contextlib.contextmanager
def _watched() -> Iterator[None]:
    received, sent = os.pipe()
    os.set_blocking(sent, False)
    previous = signal.set_wakeup_fd(sent, warn_on_full_buffer=False)
    threading.Thread(target=_watch, args=(received,), daemon=True).start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(previous)
        os.close(sent)


@contextlib.contextmanager
def interruptible() -> Iterator[Interruption]:
    """Within, the first SIGINT or SIGTERM asks to stop at the next `check`, the second ends the process.

    Where no `check` follows within `GRACE_SECONDS`, the process ends too. The exit code is 130 after SIGINT
    and 143 after SIGTERM, and a line on standard error says how to go on. Outside the main thread, which
    alone may handle signals, nothing is changed.

    Yields:
      The interruption, to be asked between cells.
    """
    interruption = Interruption()
    if threading.current_thread() is not threading.main_thread():
        yield interruption
        return
    with _watched(), _handled(interruption):
        yield interruption


@contextlib.contextmanager
def _handled(interruption: Interruption) -> Iterator[None]:
    previous = {number: signal.signal(number, interruption.receive) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        if interruption.number is not None:
            sys.stderr.write(_farewell(interruption.number))
