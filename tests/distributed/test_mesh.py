"""The devices at hand, each in a process of its own: their number is fixed once jax has started."""

import os
import subprocess
import sys

import jax
import pytest

from bnact.distributed import (
    Arrangement,
    allowed_cores,
    batch_mesh,
    cpu_quota,
    mesh_of,
    population_mesh,
    usable_cores,
)


def test_the_mesh_has_all_devices_along_one_axis():
    mesh = population_mesh()
    assert mesh.axis_names == ("population",)
    assert set(mesh.devices.flat) == set(jax.devices())


def test_an_arrangement_takes_the_first_devices():
    mesh = population_mesh()
    part, whole = (mesh_of(Arrangement(devices, 4, "map")) for devices in (3, mesh.size))
    assert list(part.devices.flat) == list(mesh.devices.flat)[:3]
    assert part.axis_names == mesh.axis_names
    assert whole == mesh


@pytest.mark.parametrize("populations", [1, 2, 8])
def test_a_batch_lies_on_what_the_populations_leave(populations):
    assert dict(batch_mesh(populations).shape) == {"population": populations, "batch": 8 // populations}


@pytest.mark.parametrize("populations", [0, 3, 16])
def test_parts_that_do_not_come_out_even_are_refused(populations):
    words = f"got populations={populations} and 8 devices; use one of 1, 2, 4, 8$"
    with pytest.raises(ValueError, match=f"^batch_mesh: .*; {words}"):
        batch_mesh(populations)


def devices_after(program="", **variables):
    """What a process of its own says once `use_every_core` has run."""
    names = ("JAX_NUM_CPU_DEVICES", "XLA_FLAGS")
    environment = {name: value for name, value in os.environ.items() if name not in names} | variables
    lines = (
        "import jax, bnact.distributed.mesh as mesh",
        program,
        "mesh.use_every_core()",
        "print(jax.device_count(), mesh.population_mesh().size)",
    )
    command = [sys.executable, "-c", "\n".join(lines)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_it_is_too_late_once_jax_has_run():
    refused = devices_after("jax.devices()")
    message = "RuntimeError: use_every_core: must run before jax starts its backend; jax has already run"
    assert message in refused.stderr


def test_every_core_becomes_a_device():
    cores = usable_cores(len(allowed_cores()), cpu_quota())
    assert devices_after().stdout.split() == [str(cores)] * 2


@pytest.mark.parametrize(
    ("program", "variables", "devices"),
    [
        ("", {"JAX_NUM_CPU_DEVICES": "1"}, "1"),
        ("", {"XLA_FLAGS": "--xla_force_host_platform_device_count=3"}, "3"),
        ("jax.config.update('jax_num_cpu_devices', 5)", {}, "5"),
        # Of eight cores a container that grants five and a half keeps five at work.
        ("mesh.allowed_cores = lambda: range(8); mesh.cpu_quota = lambda: 5.5", {}, "5"),
    ],
)
def test_a_number_that_was_chosen_or_granted_stays(program, variables, devices):
    assert devices_after(program, **variables).stdout.split() == [devices] * 2
