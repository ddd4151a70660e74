"""Python and the packages: are they new enough, and do they fit together?"""

import re
from collections.abc import Iterator, Mapping

from experiments.doctor.finding import Finding
from experiments.doctor.machine import Machine

SHOWN = ("jax", "jaxlib", "flax", "optax", "numpy", "bnact")


def versions(machine: Machine) -> Iterator[Finding]:
    """Python, and every package that a result depends on."""
    yield from fitting(machine.python, machine.python_needed, machine.versions, machine.needed)


def fitting(
    python: str, python_needed: str, found: Mapping[str, str], needed: Mapping[str, str]
) -> Iterator[Finding]:
    """The same, of what can be read before anything is imported; see `Machine`."""
    yield _finding("Python", python, python_needed)
    for name in SHOWN:
        yield _finding(name, found.get(name), needed.get(name))
    yield from _pair(found.get("jax"), found.get("jaxlib"))


def _pair(jax: str | None, jaxlib: str | None) -> Iterator[Finding]:
    """jax takes a jaxlib that is not newer than itself; one that is much older it refuses by itself."""
    if jax and jaxlib and number(jaxlib) > number(jax):
        yield Finding(
            "jax with jaxlib",
            f"{jax} with {jaxlib}",
            "wrong",
            f"jaxlib must not be newer than jax: install them together, for example jax=={jaxlib}",
        )


def _finding(name: str, found: str | None, needed: str | None) -> Finding:
    if found is None:
        return Finding(
            name, "not installed", "wrong", f"install {name}>={needed}" if needed else f"install {name}"
        )
    if needed and number(found) < number(needed):
        return Finding(
            name, found, "wrong", f"bnact is made for {needed} and newer: install {name}>={needed}"
        )
    return Finding(name, found, "good")


def number(version: str) -> tuple[int, ...]:
    """The numbers a version begins with: (0, 10, 2) of 0.10.2.dev1."""
    match = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(int(part) for part in match[0].split(".")) if match else ()
