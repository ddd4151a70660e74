"""Packages that some commands use."""

from collections.abc import Iterator

from experiments.doctor.finding import Finding
from experiments.doctor.machine import Machine

USED = {
    "matplotlib": "the figures of reports",
    "scikit-learn": "the bundled digits and tables",
}


def extras(machine: Machine) -> Iterator[Finding]:
    """What reports and tasks need; torch is needed by nothing here and only compared with."""
    for name, use in USED.items():
        if name in machine.versions:
            yield Finding(name, machine.versions[name], "good")
        else:
            yield Finding(name, "not installed", "advice", f"{use} need it: pip install -e '.[study]'")
    found = machine.versions.get("torch", "not installed, and not needed")
    yield Finding("torch", found, "good")
