import jax
import numpy as np
import pytest

from bnact.studies.attempt import attempt, is_out_of_memory
from tests.studies.fake_runs import SETTINGS, fake_log, fake_train

LANES = SETTINGS[:4]


def out_of_memory():
    return jax.errors.JaxRuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 123456789 bytes")


def memory_for(runs, error=out_of_memory, calls=None):
    def train(settings):
        if calls is not None:
            calls.append(tuple(settings))
        if len(settings) > runs:
            raise error()
        return fake_train(settings)

    return train


def test_gives_the_logs_by_setting():
    tried = attempt(fake_train, LANES)
    assert tuple(tried.logs) == LANES
    assert tried.failures == ()
    for setting, log in tried.logs.items():
        np.testing.assert_array_equal(log.dead, fake_log(setting).dead)


@pytest.mark.parametrize("error", [out_of_memory, MemoryError])
@pytest.mark.parametrize("lanes", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("runs", [1, 2, 3])
def test_a_population_too_large_is_split_until_it_fits(error, lanes, runs):
    settings = SETTINGS[:lanes]
    tried = attempt(memory_for(runs, error), settings)
    assert tuple(tried.logs) == settings
    assert tried.failures == ()


def test_halves_are_tried_once_each():
    calls = []
    attempt(memory_for(2, calls=calls), LANES)
    assert calls == [LANES, LANES[:2], LANES[2:]]


def test_a_run_that_does_not_fit_alone_fails_alone():
    def train(settings):
        if LANES[1] in settings:
            raise out_of_memory()
        return fake_train(settings)

    tried = attempt(train, LANES)
    assert set(tried.logs) == {LANES[0], LANES[2], LANES[3]}
    (failed,) = tried.failures
    assert failed.setting == LANES[1]
    assert failed.error.startswith("JaxRuntimeError: RESOURCE_EXHAUSTED")


def test_another_error_fails_the_population_at_once():
    calls = []

    def train(settings):
        calls.append(settings)
        raise ValueError("broken")

    tried = attempt(train, LANES)
    assert len(calls) == 1
    assert [failed.setting for failed in tried.failures] == list(LANES)
    assert {failed.error for failed in tried.failures} == {"ValueError: broken"}


def test_a_log_for_each_setting_is_needed():
    tried = attempt(lambda settings: fake_train(settings)[:-1], LANES)
    assert (
        tried.failures[0].error
        == "ValueError: train: there must be a log for each setting; got 3 for 4 settings"
    )


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_being_stopped_is_not_a_failure(stop):
    def train(settings):
        raise stop

    with pytest.raises(stop):
        attempt(train, LANES)


def test_only_memory_is_memory():
    assert is_out_of_memory(out_of_memory())
    assert not is_out_of_memory(jax.errors.JaxRuntimeError("INVALID_ARGUMENT: no"))
