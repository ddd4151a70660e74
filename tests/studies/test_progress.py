import io
import re

import numpy as np
import pytest

from bnact.studies.estimate import first_estimate, refined
from bnact.studies.identity import setting_id
from bnact.studies.plan import plan
from bnact.studies.progress import LineProgress, progress_on
from bnact.studies.progress_bar import BarProgress
from bnact.studies.rows import Row, Rows
from bnact.studies.tally import advanced, best_words, count_words, first_tally
from bnact.training.setting import Setting
from tests.studies.fake_runs import SETTINGS, fake_log


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def log_of(accuracy, diverged=-1):
    log = fake_log(SETTINGS[0])
    return log._replace(
        validation_accuracy=np.asarray([0, 0, accuracy], np.float32), diverged=np.int32(diverged)
    )


def told(progress, clock, seconds, cells=None):
    planned = plan(SETTINGS, set())
    progress.start(planned, Rows())
    estimate = first_estimate(planned.cells)
    for cell in planned.cells[:cells]:
        clock.now += seconds
        estimate = refined(estimate, cell, seconds, cell.compiles)
        progress.cell_done(
            cell, {lane: log_of(0.5 + 0.1 * lane.learning_rate) for lane in cell.lanes}, estimate
        )
    progress.finish()


def test_lines_say_cells_time_and_the_best():
    stream, clock = io.StringIO(), Clock()
    told(LineProgress(stream, clock), clock, 10.0)
    best = (
        "best so far: 53.0% on validation data (mean of 2 seeds): relu, batch norm before, depth 1, width 8, "
    )
    assert stream.getvalue().splitlines() == [
        "16 runs, 0 stored; 4 cells to train; 2 programs to compile; 1 device, 4 networks at a time (vmap), "
        "1 call a cell; time: not known yet",
        f"1 of 4 cells; 10 s gone, time left not known yet; {best}learning rate 0.3",
        f"2 of 4 cells; 20 s gone, time left not known yet; {best}learning rate 0.3",
        f"3 of 4 cells; 30 s gone, about 10 s left; {best}learning rate 0.3",
        f"4 of 4 cells; 40 s gone; {best}learning rate 0.3",
    ]


def test_lines_are_few_when_cells_are_quick():
    stream, clock = io.StringIO(), Clock()
    told(LineProgress(stream, clock), clock, 0.1)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("16 runs")
    assert lines[1].startswith("4 of 4 cells")


def test_lines_are_at_least_the_interval_apart():
    stream, clock = io.StringIO(), Clock()
    told(LineProgress(stream, clock, interval=5.0), clock, 3.0)
    assert [line[:6] for line in stream.getvalue().splitlines()] == ["16 run", "2 of 4", "4 of 4"]


def test_lines_have_no_control_characters():
    stream, clock = io.StringIO(), Clock()
    told(LineProgress(stream, clock), clock, 10.0)
    assert re.fullmatch(r"[\x20-\x7e\n]+", stream.getvalue())


def test_a_stream_that_is_no_terminal_gets_lines_and_a_terminal_a_bar():
    assert isinstance(progress_on(io.StringIO()), LineProgress)
    assert isinstance(progress_on(Terminal()), BarProgress)


def test_the_bar_says_what_the_lines_say(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")
    stream, clock = Terminal(), Clock()
    told(BarProgress(stream, clock), clock, 10.0)
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", stream.getvalue())
    assert "16 runs, 0 stored; 4 cells to train" in text
    assert "0 of 4 cells; 0 s gone, time left not known yet" in text
    assert "3 of 4 cells; 30 s gone, about 10 s left" in text
    assert "4 of 4 cells; 40 s gone" in text
    assert "53.0% on validation data (mean of 2 seeds): relu, batch norm before, depth 1, width 8" in text
    assert "━" in text
    assert stream.getvalue().rstrip().endswith("\x1b[?25h"), "the cursor is given back"


def test_the_bar_takes_markup_as_it_is():
    stream, clock = Terminal(), Clock()
    progress = BarProgress(stream, clock)
    odd = Setting(activation="[red]x[/red]")
    planned = plan([odd], set())
    progress.start(planned, Rows())
    progress.cell_done(planned.cells[0], {odd: log_of(0.9)}, first_estimate(()))
    progress.finish()
    assert "[red]x[/red]" in stream.getvalue()


@pytest.mark.parametrize(
    ("settings", "stored", "words"),
    [
        (SETTINGS, 0, "16 runs, 0 stored; 4 cells to train; 2 programs to compile; 1 device"),
        (SETTINGS[:1], 0, "1 run, 0 stored; 1 cell to train; 1 program to compile; 1 device"),
        (SETTINGS[:1], 1, "1 run, 1 stored; 0 cells to train\n"),
    ],
)
def test_the_first_line_says_what_there_is_to_do(settings, stored, words):
    stream = io.StringIO()
    planned = plan(settings, {setting_id(setting) for setting in settings[:stored]})
    LineProgress(stream).start(planned, Rows())
    assert stream.getvalue().startswith(words)


def test_one_is_singular():
    planned = plan(SETTINGS[:1], set())
    tally = advanced(first_tally(planned, Rows()), planned.cells[0], {}, first_estimate(()))
    assert count_words(tally) == "1 of 1 cell, 1 run failed"


def test_failed_runs_are_counted():
    planned = plan(SETTINGS, set())
    tally = advanced(first_tally(planned, Rows()), planned.cells[0], {}, first_estimate(()))
    assert (tally.failed, tally.runs_done, tally.cells_done) == (4, 0, 1)
    stream, clock = io.StringIO(), Clock()
    progress = LineProgress(stream, clock)
    progress.start(planned, Rows())
    clock.now += 10
    progress.cell_done(planned.cells[0], {}, first_estimate(()))
    assert "1 of 4 cells, 4 runs failed; 10 s gone" in stream.getvalue()


def best_of(*runs):
    rows = Rows(tuple(Row(setting_id(setting), setting, log) for setting, log in runs))
    return first_tally(plan([], set()), rows).best.get("digits")


def test_the_best_is_the_best_mean_over_seeds():
    runs = [
        (Setting(learning_rate=0.1, seed=0), log_of(0.9)),
        (Setting(learning_rate=0.1, seed=1), log_of(0.1)),
        (Setting(learning_rate=0.2, seed=0), log_of(0.6)),
        (Setting(learning_rate=0.2, seed=1), log_of(0.7)),
    ]
    best = best_of(*runs)
    assert best is not None
    assert best.accuracy == pytest.approx(0.65)
    assert (best.seeds, best.setting.learning_rate) == (2, 0.2)


def test_what_diverged_counts_as_nothing():
    runs = [
        (Setting(learning_rate=0.1, seed=0), log_of(0.99)),
        (Setting(learning_rate=0.1, seed=1), log_of(0.99, diverged=3)),
        (Setting(learning_rate=0.2, seed=0), log_of(np.nan)),
    ]
    best = best_of(*runs)
    assert best is not None
    assert (best.accuracy, best.setting.learning_rate) == (pytest.approx(0.495), 0.1)
    # Left out, the diverged run would leave 0.99 ahead.
    ranked = best_of(*runs, (Setting(seed=0), log_of(0.6)))
    assert ranked is not None
    assert ranked.setting == Setting()


def test_what_is_stored_counts_for_the_best():
    stored = Rows((Row(setting_id(Setting()), Setting(), log_of(0.99)),))
    tally = first_tally(plan(SETTINGS, set()), stored)
    cell = plan(SETTINGS, set()).cells[0]
    later = advanced(tally, cell, {lane: log_of(0.5) for lane in cell.lanes}, first_estimate(()))
    assert later.best == tally.best
    assert "99.0% on validation data (1 seed)" in best_words(later)


def test_more_seeds_of_a_network_take_the_place_of_its_mean_over_fewer():
    stored = Rows((Row(setting_id(Setting()), Setting(), log_of(0.9)),))
    planned = plan([Setting(seed=seed) for seed in range(3)], {setting_id(Setting())})
    (cell,) = planned.cells
    tally = advanced(
        first_tally(planned, stored), cell, {lane: log_of(0.6) for lane in cell.lanes}, first_estimate(())
    )
    assert "70.0% on validation data (mean of 3 seeds)" in best_words(tally)


def test_of_a_regression_the_best_is_a_share_of_the_variance():
    settings = [Setting(data=name) for name in ("digits", "friedman")]
    stored = Rows(tuple(Row(setting_id(each), each, log_of(0.5)) for each in settings))
    stream = io.StringIO()
    LineProgress(stream).start(plan(settings, set()), stored, {"friedman"})
    tally = first_tally(plan(settings, set()), stored, {"friedman"})
    assert best_words(tally._replace(data="digits")).startswith("best so far on digits: 50.0% on validation")
    assert best_words(tally._replace(data="friedman")).startswith(
        "best so far on friedman: 50.0% of the variance explained on validation data (1 seed): relu"
    )


def test_of_several_datasets_the_best_is_that_of_the_one_under_way():
    settings = [Setting(data=name, depth=depth) for name, depth in (("digits", 1), ("wine", 2))]
    planned = plan(settings, set())
    tally = first_tally(planned, Rows())
    assert best_words(tally) == "best so far on digits: none"
    tally = advanced(tally, planned.cells[0], {settings[0]: log_of(0.99)}, first_estimate(()))
    assert best_words(tally).startswith("best so far on digits: 99.0% on validation data (1 seed): relu")
    tally = advanced(tally, planned.cells[1], {settings[1]: log_of(0.5)}, first_estimate(()))
    assert best_words(tally).startswith("best so far on wine: 50.0% on validation data (1 seed): relu")
