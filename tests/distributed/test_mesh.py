"""The devices at hand, each in a process of its own: their number is fixed once jax has started."""

import os
import subprocess
import sys

import jax
import pytest

from bnact.distributed import batch_mesh, first_of, population_mesh, use_every_core


def test_the_mesh_has_all_devices_along_one_axis():
    mesh = population_mesh()
    assert mesh.axis_names == ("population",)
    assert set(mesh.devices.flat) == set(jax.devices())


def test_a_part_of_a_mesh_is_its_first_devices():
    mesh = population_mesh()
    assert list(first_of(mesh, 3).devices.flat) == list(mesh.devices.flat)[:3]
    assert first_of(mesh, 3).axis_names == mesh.axis_names
    assert first_of(mesh, mesh.size) is mesh


@pytest.mark.parametrize("populations", [1, 2, 8])
def test_a_batch_lies_on_what_the_populations_leave(populations):
    assert dict(batch_mesh(populations).shape) == {"population": populations, "batch": 8 // populations}


@pytest.mark.parametrize("populations", [0, 3, 16])
def test_parts_that_do_not_come_out_even_are_refused(populations):
    words = f"got populations={populations} and 8 devices; use one of 1, 2, 4, 8$"
    with pytest.raises(ValueError, match=f"^batch_mesh: .*; {words}"):
        batch_mesh(populations)


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
