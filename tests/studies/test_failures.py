import json

import jax
import jax.numpy as jnp
import pytest

from bnact.studies.errors import StudyError
from bnact.studies.failures import failure, write_failures
from tests.studies.fake_runs import SETTINGS


def caught(message):
    try:
        jax.jit(lambda x: jnp.zeros(3) + jnp.zeros(4) * x)(1.0)
    except TypeError as error:
        error.args = (message,)
        return error
    raise AssertionError


def test_keeps_type_message_and_where():
    failed = failure(SETTINGS[0], caught("shapes differ"))
    assert failed.error == "TypeError: shapes differ"
    assert "test_failures.py" in failed.traceback[0]
    assert "in caught" in failed.traceback[0]
    assert any(frame.startswith("jax/") for frame in failed.traceback)


def test_names_no_folder_of_the_machine():
    failed = failure(SETTINGS[0], caught("cannot open '/data/mine/x.npz', see /etc/passwd and a/b or 1/2"))
    assert failed.error == "TypeError: cannot open 'x.npz', see passwd and a/b or 1/2"
    assert not any(frame.startswith("/") or "site-packages" in frame for frame in failed.traceback)


def test_keeps_addresses():
    assert failure(SETTINGS[0], ValueError("see https://docs.jax.dev/en/errors")).error.endswith(
        "see https://docs.jax.dev/en/errors"
    )


def test_is_bounded():
    def deeper(n):
        if n:
            deeper(n - 1)
        raise ValueError("x" * 10**6)

    with pytest.raises(ValueError) as raised:  # noqa: PT011
        deeper(200)
    failed = failure(SETTINGS[0], raised.value)
    assert len(failed.error) < 5000
    assert len(failed.traceback) == 40


def test_are_written_one_a_line_and_removed_when_there_are_none(tmp_path):
    path = tmp_path / "failures.jsonl"
    write_failures(path, [failure(setting, ValueError("ü\n")) for setting in SETTINGS[:2]])
    first, second = map(json.loads, path.read_text().splitlines())
    assert list(first) == ["id", "setting", "error", "traceback"]
    assert (first["error"], second["setting"]["seed"]) == ("ValueError: ü\n", SETTINGS[1].seed)
    write_failures(path, [])
    write_failures(path, [])
    assert not path.exists()


def test_a_file_that_cannot_be_removed_is_named(tmp_path):
    path = tmp_path / "failures.jsonl"
    path.mkdir()
    with pytest.raises(StudyError, match=f"cannot remove the failures of an earlier call; {path}: "):
        write_failures(path, [])
