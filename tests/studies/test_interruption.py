import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from bnact.studies.interruption import SIGNALS, exit_code, interruptible
from tests.studies.fake_runs import SETTINGS, fake_study, stored_lines


def started(workdir, grace, cell, cells):
    """A study in another process, in the cell of that number."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.studies.signalled_study", str(workdir), str(grace), str(cell)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for _ in range(cells):
        assert process.stdout.readline() == "training\n"
    return process


def seconds_to_end(process):
    began = time.monotonic()
    _, errors = process.communicate(timeout=20)
    return time.monotonic() - began, errors


def goes_on(workdir, whole):
    fake_study(workdir)
    fake_study(whole)
    assert stored_lines(workdir) == stored_lines(whole)


@pytest.mark.parametrize(
    "number, code", [(signal.SIGINT, 130), pytest.param(signal.SIGTERM, 143, marks=pytest.mark.slow)]
)
def test_one_signal_ends_the_study_after_the_cell_under_way(tmp_path, number, code):
    process = started(tmp_path / "a", 6, 0.5, 2)
    process.send_signal(number)
    output, errors = process.communicate(timeout=10)
    assert process.returncode == code == exit_code(number)
    assert (
        f"stopped by {signal.Signals(number).name}: every finished cell is stored; the same command" in errors
    )
    assert "Traceback" not in errors
    assert output == "", "a third cell was begun"
    assert len(stored_lines(tmp_path / "a")) == len(SETTINGS) // 2
    assert not (tmp_path / "a" / "results" / "lock").exists()
    goes_on(tmp_path / "a", tmp_path / "whole")


@pytest.mark.slow
def test_a_cell_that_takes_too_long_is_left(tmp_path):
    process = started(tmp_path / "a", 0.5, 2.0, 2)
    process.send_signal(signal.SIGTERM)
    seconds, errors = seconds_to_end(process)
    assert process.returncode == 143
    assert 0.4 < seconds < 1.9
    assert "stopped by SIGTERM" in errors
    assert len(stored_lines(tmp_path / "a")) == len(SETTINGS) // 4
    goes_on(tmp_path / "a", tmp_path / "whole")


def test_compiled_code_that_does_not_return_is_left(tmp_path):
    process = started(tmp_path / "a", 0.5, "compiled", 1)
    time.sleep(1.0)  # into the compiled code
    process.send_signal(signal.SIGINT)
    seconds, errors = seconds_to_end(process)
    assert process.returncode == 130
    assert seconds < 10
    assert "stopped by SIGINT" in errors
    goes_on(tmp_path / "a", tmp_path / "whole")


@pytest.mark.parametrize("cell", [pytest.param(3.0, marks=pytest.mark.slow), "compiled"])
def test_a_second_signal_ends_the_process_at_once(tmp_path, cell):
    process = started(tmp_path / "a", 30, cell, 1)
    time.sleep(1.0)
    process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    seconds, errors = seconds_to_end(process)
    assert process.returncode == 130
    assert seconds < 1.5
    assert errors.count("stopped by SIGINT") == 1
    goes_on(tmp_path / "a", tmp_path / "whole")


def test_handlers_and_descriptors_are_put_back():
    before = [signal.getsignal(number) for number in SIGNALS]
    descriptors = len(os.listdir("/proc/self/fd"))
    with interruptible() as interruption:
        assert [signal.getsignal(number) for number in SIGNALS] == [interruption.receive] * 2
    assert [signal.getsignal(number) for number in SIGNALS] == before
    deadline = time.monotonic() + 5
    while len(os.listdir("/proc/self/fd")) > descriptors and time.monotonic() < deadline:
        time.sleep(0.01)  # the watching thread closes its end when it sees ours closed
    assert len(os.listdir("/proc/self/fd")) == descriptors


def test_without_a_signal_nothing_stops():
    with interruptible() as interruption:
        interruption.check()


def test_outside_the_main_thread_nothing_is_changed():
    before = [signal.getsignal(number) for number in SIGNALS]
    seen = []

    def work():
        with interruptible() as interruption:
            interruption.check()
            seen.append([signal.getsignal(number) for number in SIGNALS])

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [before]
