"""Machines made up for the checks: one where all is good, to be changed in one place."""

from experiments.doctor.machine import Directory, Machine

GOOD = Machine(
    system="linux",
    python="3.12.4",
    versions={
        "jax": "0.11.2",
        "jaxlib": "0.11.2",
        "flax": "0.12.8",
        "optax": "0.2.8",
        "numpy": "2.4.0",
        "bnact": "0.1.0",
        "matplotlib": "3.9.1",
        "scikit-learn": "1.5.0",
        "filelock": "3.16.0",
    },
    needed={"jax": "0.10", "flax": "0.12", "optax": "0.2.6", "numpy": "2.0"},
    python_needed="3.11",
    variables={"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"},
    cores=4,
    allowed=(0, 1, 2, 3),
    quota=None,
    huge_pages="madvise",
    libraries=(),
    memory_free=8 * 1024**3,
    disk_free=50 * 1024**3,
    devices=(("cpu", "cpu"),) * 4,
    refusal="",
    driver=None,
    settings={
        "jax_enable_x64": False,
        "jax_default_matmul_precision": None,
        "jax_enable_compilation_cache": True,
        "jax_compilation_cache_max_size": 10**9,
    },
    cache=Directory("cache"),
    own_cache=Directory("own"),
    workdir=Directory("work"),
)
