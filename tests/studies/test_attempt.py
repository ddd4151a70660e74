import numpy as np
import pytest

from bnact.distributed import Arrangement
from bnact.studies.attempt import attempt
from bnact.training import Population
from tests.studies.fake_runs import SETTINGS, fake_log, fake_train, in_any_layout

LANES, LAYOUT = SETTINGS[:4], Arrangement(2, 2, "vmap")


def test_gives_the_logs_by_setting():
    tried = attempt(in_any_layout(fake_train), LANES, LAYOUT)
    assert tuple(tried.logs) == LANES
    assert (tried.failures, tried.arrangement, tried.too_large, tried.compiled) == ((), LAYOUT, False, False)
    for setting, log in tried.logs.items():
        np.testing.assert_array_equal(log.dead, fake_log(setting).dead)


def test_gives_the_layout_that_memory_sufficed_for():
    smaller = Arrangement(1, 2, "vmap")
    tried = attempt(lambda settings, layout: Population(fake_train(settings), smaller, True), LANES, LAYOUT)
    assert (tried.arrangement, tried.compiled) == (smaller, True)


@pytest.mark.parametrize("error", [ValueError, MemoryError])
def test_an_error_fails_the_population_at_once(error):
    calls = []

    def train(settings):
        calls.append(settings)
        raise error("broken")

    tried = attempt(in_any_layout(train), LANES, LAYOUT)
    assert len(calls) == 1
    assert [failed.setting for failed in tried.failures] == list(LANES)
    assert {failed.error for failed in tried.failures} == {f"{error.__name__}: broken"}
    assert (tried.logs, tried.arrangement, tried.compiled) == ({}, LAYOUT, None)
    assert tried.too_large == (error is MemoryError)


def test_a_log_for_each_setting_is_needed():
    tried = attempt(in_any_layout(lambda settings: fake_train(settings)[:-1]), LANES, LAYOUT)
    assert (
        tried.failures[0].error
        == "ValueError: train: there must be a log for each setting; got 3 for 4 settings"
    )


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_being_stopped_is_not_a_failure(stop):
    def train(settings):
        raise stop

    with pytest.raises(stop):
        attempt(in_any_layout(train), LANES, LAYOUT)
