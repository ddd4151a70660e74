import jax
import jax.numpy as jnp
import pytest

from bnact.distributed.memory import Needed, free_bytes, host_free_bytes, is_out_of_memory, needed_memory

MEMORY = "MemTotal:       16000 kB\nMemAvailable:    8000 kB\n"


@pytest.fixture
def memory(tmp_path):
    path = tmp_path / "meminfo"
    path.write_text(MEMORY)
    return path


def test_the_machine_or_its_control_group_says_what_is_free(memory, tmp_path):
    (tmp_path / "listing").write_text("0::/own\n")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "memory.current").write_text("1000")
    for most, free in (("max", 8000 * 1024), ("3000", 2000)):
        (tmp_path / "own" / "memory.max").write_text(most)
        assert host_free_bytes(memory, tmp_path / "listing", tmp_path) == free
    assert host_free_bytes(memory, tmp_path / "none", tmp_path / "none") == 8000 * 1024


def test_where_nobody_says_nothing_is_known(tmp_path):
    none = tmp_path / "none"
    assert host_free_bytes(none, none, none) is None
    (tmp_path / "odd").write_text("MemAvailable: lots\n")
    assert host_free_bytes(tmp_path / "odd", none, none) is None


def test_cpu_devices_share_the_machines_memory():
    devices = jax.devices()
    one, all_of_them = free_bytes(devices[:1]), free_bytes(devices)
    if one is None or all_of_them is None:
        pytest.skip("this system does not say what is free")
    assert all_of_them < one


def test_a_program_needs_its_arguments_once_and_the_rest_in_every_call():
    def program(x):
        return jnp.sum(jnp.sort(x @ x.T))

    needed = needed_memory(jax.jit(program).lower(jnp.ones((256, 256))).compile())
    assert needed is not None
    assert needed.arguments == 4 * 256 * 256
    assert needed.call >= 4 * 256 * 256
    assert Needed(arguments=1000, call=3).at_once(2) == 1006


class Silent:
    def memory_analysis(self):
        raise NotImplementedError


def test_a_compiler_that_does_not_say_is_believed_nothing():
    assert needed_memory(Silent()) is None  # pyright: ignore[reportArgumentType]


def test_only_memory_is_memory():
    assert is_out_of_memory(MemoryError())
    assert is_out_of_memory(
        jax.errors.JaxRuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 12 bytes")
    )
    assert not is_out_of_memory(jax.errors.JaxRuntimeError("INVALID_ARGUMENT: no"))
