"""Processes that compute one thing, and how they find each other."""

import os
import socket
import subprocess
import sys

import jax
import pytest

from bnact.distributed.processes import BIND, VARIABLES, Place, join_processes, place_in

PROGRAM = """
import os
import jax, jax.numpy as jnp, numpy as np
from jax.sharding import NamedSharding, PartitionSpec as P
from bnact.distributed import batch_mesh, join_processes
from bnact.normalizations import batch_norm
assert join_processes()
port = int(os.environ["JAX_COORDINATOR_ADDRESS"].rpartition(":")[2])
lines = [line.split() for name in ("tcp", "tcp6") for line in open(f"/proc/net/{name}")]
listening = {words[1] for words in lines if words[3] == "0A" and words[1].endswith(f":{port:04X}")}
print("listening", *listening, flush=True)
mesh, norm = batch_mesh(), batch_norm()
x = np.arange(24, dtype=np.float32).reshape(8, 3) ** 2
mine = x[4 * jax.process_index():][:4]
both = jax.make_array_from_process_local_data(NamedSharding(mesh, P("batch")), mine)
params, state = norm.init(3)
y, after = jax.block_until_ready(jax.jit(norm.apply)(params, state, both))
print("mean", [float(each) for each in after.mean.addressable_data(0)], mesh.shape["batch"], flush=True)
"""


def environment(*values):
    return dict(zip(VARIABLES, values, strict=True))


def test_a_place_is_read_from_the_environment():
    assert place_in({}) is None
    assert place_in(environment("", "", "")) is None
    assert place_in(environment("host:1234", "3", "2")) == Place("host:1234", 3, 2)


def test_a_place_half_named_is_refused():
    with pytest.raises(
        ValueError, match="^join_processes: all of .* must be set, or none; got no JAX_PROCESS_ID"
    ):
        place_in(environment("host:1234", "3", ""))


@pytest.mark.parametrize("number", ["3", "-1", "one"])
def test_a_number_that_is_none_of_them_is_refused(number):
    with pytest.raises(ValueError, match=f"from 0 to JAX_NUM_PROCESSES - 1; got '{number}' of '3'; number"):
        place_in(environment("host:1234", "3", number))


def test_alone_nothing_is_joined(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    assert not join_processes()


@pytest.mark.parametrize(("set_to", "bound"), [("", "127.0.0.1:12"), ("[::]:34", "[::]:34")])
def test_the_coordinator_listens_where_it_is_called_unless_told_otherwise(monkeypatch, set_to, bound):
    asked = []
    monkeypatch.setattr(jax.config, "update", lambda *_: None)
    monkeypatch.setattr(jax.distributed, "initialize", lambda *given, **named: asked.append((given, named)))
    for name, value in (environment("127.0.0.1:12", "2", "0") | {BIND: set_to}).items():
        monkeypatch.setenv(name, value)
    assert join_processes()
    assert asked == [(("127.0.0.1:12", 2, 0), {"coordinator_bind_address": bound})]


@pytest.mark.slow
def test_two_processes_take_the_statistics_of_the_whole_batch():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            env=os.environ | environment(address, "2", number) | {"JAX_NUM_CPU_DEVICES": "1"},
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in ("0", "1")
    ]
    said = [process.communicate(timeout=300)[0] for process in started]
    assert [process.returncode for process in started] == [0, 0]
    lines = [line.split() for each in said for line in each.splitlines()]
    listening = {where for words in lines if words[:1] == ["listening"] for where in words[1:]}
    assert listening
    assert all("0100007F:" in where for where in listening), "not on loopback alone"
    means = [line for each in said for line in each.splitlines() if line.startswith("mean")]
    assert len(means) == 2
    assert len(set(means)) == 1
    # A hundredth of the batch's mean: the weight of a new value under a momentum of 0.99.
    squares = [sum((3 * row + column) ** 2 for row in range(8)) / 8 for column in range(3)]
    found = [float(word) for word in means[0][means[0].index("[") + 1 : means[0].index("]")].split(",")]
    assert found == pytest.approx([square / 100 for square in squares], rel=1e-5)
    assert means[0].endswith(" 2")
