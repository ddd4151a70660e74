"""The devices at hand, each in a process of its own: their number is fixed once jax has started."""

import os
import subprocess
import sys

import jax
import pytest

from bnact.distributed import population_mesh, use_every_core


def test_the_mesh_has_all_devices_along_one_axis():
    mesh = population_mesh()
    assert mesh.axis_names == ("population",)
    assert set(mesh.devices.flat) == set(jax.devices())


def test_it_is_too_late_once_jax_has_run():
    jax.devices()
    with pytest.raises(
        RuntimeError, match="^use_every_core: must run before jax starts its backend; jax has .*; call"
    ):
        use_every_core()


def test_every_core_becomes_a_device():
    program = (
        "import jax; from bnact.distributed import population_mesh, use_every_core; use_every_core();"
        "print(jax.device_count(), population_mesh().size)"
    )
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    cores = len(os.sched_getaffinity(0))
    assert finished.stdout.split() == [str(cores), str(cores)]
