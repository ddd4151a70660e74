"""Every check, with a machine where it is good and with machines where it is not."""

import re

import pytest

from experiments.doctor.checks import CHECKS
from experiments.doctor.checks.versions import number
from experiments.doctor.machine import Directory, usable_cores

from .machines import GOOD

GPU = (("gpu", "NVIDIA H100"),)


def findings(machine):
    return {each.name: each for check in CHECKS for each in check(machine)}


def test_where_all_is_good_nothing_is_said():
    assert {each.verdict for each in findings(GOOD).values()} == {"good"}
    assert not any(each.remedy for each in findings(GOOD).values())


def versions(**changed):
    return {"versions": {name: version for name, version in {**GOOD.versions, **changed}.items() if version}}


def variables(**changed):
    return {"variables": {**GOOD.variables, **changed}}


def settings(**changed):
    return {"settings": {**GOOD.settings, **changed}}


@pytest.mark.parametrize(
    ("changed", "name", "verdict", "words"),
    [
        ({"python": "3.10.2"}, "Python", "wrong", "made for 3.11 and newer"),
        (versions(jax="0.9.2", jaxlib="0.9.2"), "jax", "wrong", "install jax>=0.10"),
        (versions(flax="0.11.9"), "flax", "wrong", "install flax>=0.12"),
        (versions(optax=None), "optax", "wrong", "install optax>=0.2.6"),
        (versions(jaxlib="0.12.0.1"), "jax with jaxlib", "wrong", "install them together"),
        (versions(matplotlib=None), "matplotlib", "advice", "the figures of reports"),
        ({"quota": 1.5}, "cores", "advice", "taskset -c 0$"),
        ({"quota": 2.5}, "cores", "advice", "taskset -c 0,1$"),
        ({"quota": 2.5, "allowed": (4, 5, 6, 7)}, "cores", "advice", "taskset -c 4,5$"),
        ({"allowed": (1, 3)}, "cores", "advice", "bound to some"),
        ({"devices": (), "refusal": "no GPU"}, "devices", "wrong", "driver"),
        (
            {"devices": (), "refusal": "no GPU", **variables(JAX_PLATFORMS="cuda")},
            "devices",
            "wrong",
            "^JAX_PLATFORMS=cuda must name what is here",
        ),
        ({"devices": (), "refusal": "no GPU"}, "products of matrices", "not known", "^$"),
        ({"devices": GOOD.devices[:1]}, "devices", "advice", "device_count=4"),
        ({"devices": GOOD.devices * 2}, "devices", "advice", "use 4 outside tests"),
        (variables(OMP_NUM_THREADS="16"), "threads", "advice", "set OMP_NUM_THREADS=4"),
        (
            variables(XLA_FLAGS="--xla_cpu_multi_thread_eigen=false"),
            "threads",
            "advice",
            "leave the flag out",
        ),
        (variables(GLIBC_TUNABLES=""), "allocator", "advice", "set GLIBC_TUNABLES=glibc.malloc.hugetlb=1"),
        ({"huge_pages": "never"}, "allocator", "advice", "set transparent_hugepage/enabled to madvise"),
        ({"system": "darwin"}, "allocator", "not known", "^$"),
        ({"memory_free": 10**8}, "free memory", "advice", "less than 2 GiB"),
        ({"memory_free": None}, "free memory", "not known", "^$"),
        ({"disk_free": 10**8}, "free disk", "advice", "less than 1 GiB"),
        ({"disk_free": None}, "free disk", "not known", "^$"),
        (settings(jax_enable_x64=True), "64 bits", "advice", "leave JAX_ENABLE_X64 unset"),
        ({"devices": GPU}, "products of matrices", "advice", "JAX_DEFAULT_MATMUL_PRECISION=highest"),
        (settings(jax_debug_nans=True), "flags", "advice", "unset it"),
        (variables(XLA_FLAGS="--xla_cpu_enable_fast_math=true"), "flags", "wrong", "leave the flag out"),
        ({"cache": None, "own_cache": None}, "compilation cache", "advice", "set XDG_CACHE_HOME"),
        ({"cache": None, "own_cache": Directory("c", is_own=False)}, "compilation cache", "wrong", "700 c"),
        (
            {"cache": None, "own_cache": Directory("c", refusal="open")},
            "compilation cache",
            "advice",
            "open$",
        ),
        (settings(jax_enable_compilation_cache=False), "compilation cache", "advice", "compiles anew"),
        ({"cache": Directory("c", is_private=False)}, "compilation cache", "wrong", "chmod 700 c"),
        ({"cache": Directory("c", is_own=False)}, "compilation cache", "wrong", "use another"),
        ({"cache": Directory("c", is_writable=False)}, "compilation cache", "advice", "cannot be written"),
        (
            settings(jax_compilation_cache_max_size=-1),
            "compilation cache",
            "advice",
            "needs the package filelock",
        ),
        (
            versions(filelock=None),
            "compilation cache",
            "advice",
            "^with JAX_COMPILATION_CACHE_MAX_SIZE jax keeps",
        ),
        ({"cache": None, **versions(filelock=None)}, "compilation cache", "advice", "pip install filelock"),
        ({"cache": Directory("c", error="File name too long")}, "compilation cache", "advice", "too long"),
        ({"workdir": Directory("w", is_writable=False)}, "work directory", "advice", "another --workdir"),
        ({"workdir": Directory("w", error="File name too long")}, "work directory", "advice", "too long"),
        ({"driver": "570.1"}, "GPU", "advice", "does not see the GPU"),
        (
            {"devices": GPU, **variables(XLA_PYTHON_CLIENT_PREALLOCATE="false")},
            "GPU memory",
            "advice",
            "leave the variable unset",
        ),
    ],
)
def test_a_bad_case_is_told_with_what_to_do(changed, name, verdict, words):
    found = findings(GOOD._replace(**changed))[name]
    assert found.verdict == verdict
    assert re.search(words, found.remedy)


@pytest.mark.parametrize(
    ("changed", "name", "found"),
    [
        (variables(OMP_NUM_THREADS="2"), "threads", "OMP_NUM_THREADS=2"),
        ({"huge_pages": "always", **variables(GLIBC_TUNABLES="")}, "allocator", "huge pages always"),
        ({"libraries": ("libjemalloc.so.2",)}, "allocator", "libjemalloc.so.2"),
        ({"devices": GPU, "driver": "570.1"}, "GPU", "driver 570.1"),
        ({"devices": GPU}, "GPU memory", "0.75 of it preallocated"),
        ({"devices": GPU}, "devices", "1 device: gpu (NVIDIA H100)"),
        (
            {"devices": GPU, **settings(jax_default_matmul_precision="highest")},
            "products of matrices",
            "highest",
        ),
        ({"workdir": Directory("w", is_there=False)}, "work directory", "w, to be made"),
        (versions(torch="2.13.0"), "torch", "2.13.0"),
    ],
)
def test_a_further_good_case_is_good(changed, name, found):
    finding = findings(GOOD._replace(**changed))[name]
    assert finding.verdict == "good"
    assert found in finding.found


def test_no_work_directory_and_no_gpu_say_nothing():
    assert not {"work directory", "GPU"} & {*findings(GOOD._replace(workdir=None))}


def test_a_container_and_a_binding_both_limit_the_cores():
    limits = [(4, None), (2, None), (4, 1.5), (4, 0.5), (2, 3.0)]
    usable = [
        usable_cores(GOOD._replace(allowed=tuple(range(allowed)), quota=quota)) for allowed, quota in limits
    ]
    assert usable == [4, 2, 1, 1, 2]


@pytest.mark.parametrize(
    ("version", "numbers"), [("0.10.2", (0, 10, 2)), ("0.11.2.dev1", (0, 11, 2)), ("unknown", ())]
)
def test_versions_are_compared_by_number(version, numbers):
    assert number(version) == numbers
