"""Versions, as they are installed and as bnact needs them; read without importing any of the packages.

Reads with the oldest Python that may be looked at: no tomllib.
"""

import importlib.metadata
import platform
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

PACKAGES = ("jax", "jaxlib", "flax", "optax", "numpy", "matplotlib", "scikit-learn", "torch", "filelock")
PROJECT = Path(__file__).parents[2] / "pyproject.toml"


class Packages(NamedTuple):
    """Python and packages; the attributes are those of `Machine`."""

    python: str
    python_needed: str
    versions: Mapping[str, str]
    needed: Mapping[str, str]


def packages_here() -> Packages:
    """What is installed, and what `pyproject.toml` asks for."""
    project = PROJECT.read_text(encoding="utf-8")
    (python_needed,) = re.findall(r'^requires-python = ">=([\d.]+)"', project, re.MULTILINE)
    (version,) = re.findall(r'^version = "(.+)"', project, re.MULTILINE)
    (dependencies,) = re.findall(r"^dependencies = \[(.*?)^\]", project, re.MULTILINE | re.DOTALL)
    needed = dict(re.findall(r'"([\w-]+)>=([\d.]+)"', dependencies))
    return Packages(platform.python_version(), python_needed, {**_installed(), "bnact": version}, needed)


def _installed() -> Mapping[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
