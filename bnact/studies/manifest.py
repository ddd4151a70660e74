"""What must not change while a study is under way, and the refusal to go on when it has."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import jax

from bnact.data import Dataset, Kind
from bnact.distributed import population_mesh
from bnact.studies.errors import StudyError
from bnact.studies.files import explained, write_atomically
from bnact.studies.identity import SCHEMA
from bnact.studies.source_hash import PACKAGE, source_hash


class DataRecord(NamedTuple):
    """What a study keeps of a dataset: `Dataset.hash`, `Dataset.kind` and `Dataset.description`."""

    hash: str
    kind: Kind
    description: str


class Manifest(NamedTuple):
    """The conditions of every run of a study; nothing in it names a machine, a path or a person.

    Attributes:
      schema: version of the results' format.
      study: name of the study.
      data: the datasets, by name.
      code: SHA-256 of the source that makes the numbers.
      jax, jaxlib, flax, optax, numpy: versions.
      x64: whether jax computes in 64 bits by default.
      device: kind of the device, for example "cpu".
      devices: how many there were when the study was begun. On accelerators the number of lanes in a batch
        depends on it, and with it last bits; on CPUs no bit does, and a study may go on with any number.
    """

    schema: int
    study: str
    data: Mapping[str, DataRecord]
    code: str
    jax: str
    jaxlib: str
    flax: str
    optax: str
    numpy: str
    x64: bool
    device: str
    devices: int


def present_manifest(study: str, datasets: Iterable[Dataset]) -> Manifest:
    """The conditions under which this process would run.

    Args:
      study: name of the study.
      datasets: what it trains on.

    Returns:
      The manifest.
    """
    devices = population_mesh().devices
    data = {each.name: DataRecord(each.hash, each.kind, each.description) for each in datasets}
    return Manifest(
        schema=SCHEMA,
        study=study,
        data=dict(sorted(data.items())),
        code=source_hash(PACKAGE),
        jax=version("jax"),
        jaxlib=version("jaxlib"),
        flax=version("flax"),
        optax=version("optax"),
        numpy=version("numpy"),
        x64=bool(jax.config.read("jax_enable_x64")),
        device=devices.flat[0].device_kind,
        devices=devices.size,
    )


def _checksum(fields: dict[str, object]) -> str:
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode("ascii")).hexdigest()[:16]


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Stores a manifest as JSON with a checksum.

    Args:
      path: `study.json`.
      manifest: the conditions.

    Raises:
      StudyError: it cannot be written.
    """
    fields = manifest._asdict()
    fields["data"] = {name: each._asdict() for name, each in manifest.data.items()}
    write_atomically(path, json.dumps({**fields, "checksum": _checksum(fields)}, indent=2) + "\n")


def read_manifest(path: Path) -> Manifest:
    """Reads a manifest.

    Args:
      path: `study.json`.

    Returns:
      The conditions under which the study was begun.

    Raises:
      StudyError: the file is missing or damaged, or its format is not the present one.
    """
    with explained(path, "read what the study was begun under"):
        data = path.read_bytes()
    try:
        fields = json.loads(data)
        checksum = fields.pop("checksum")
        schema = fields["schema"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _damaged(path) from error
    if checksum != _checksum(fields):
        raise _damaged(path)
    others = sorted(set(fields) ^ set(Manifest._fields)) or _others_in(fields["data"])
    if schema != SCHEMA or others:
        raise StudyError(
            f"study: results must be of format {SCHEMA}; {path} is of format {schema}"
            f"{f', with other fields: {others}' if others else ''}; "
            "use the version of bnact that wrote it, or another --workdir"
        )
    records = {name: DataRecord(**each) for name, each in fields["data"].items()}
    return Manifest(**{**fields, "data": records})


def _others_in(data: Mapping[str, object]) -> list[str]:
    """The field "data", where what it says of a dataset is no record."""
    known = set(DataRecord._fields)
    return [] if all(isinstance(each, dict) and set(each) == known for each in data.values()) else ["data"]


def _damaged(path: Path) -> StudyError:
    return StudyError(
        f"study: the conditions of a study must be known to go on; {path} is damaged; "
        "restore it from a copy, or use another --workdir"
    )


_ANY_NUMBER_OF = "cpu"
"""The kind of device of which `arrangement_of` runs as many lanes in a batch, however many there are."""

_CHANGED = {
    "study": "a work directory must hold one study",
    "data": "a study must keep its data",
    "code": "a study must keep the code that makes its numbers",
}


def grown(begun: Manifest, present: Manifest) -> Manifest:
    """The conditions a study was begun under, with the datasets that it takes up only now.

    Args:
      begun: the conditions the study was begun under.
      present: those of this process.
    """
    return begun._replace(data=dict(sorted({**present.data, **begun.data}.items())))


def check_unchanged(path: Path, begun: Manifest, present: Manifest) -> None:
    """Refuses to mix runs made under different conditions.

    A dataset that is new to the study may be added, and the number of CPU devices may be another.

    Args:
      path: where the first manifest was read.
      begun: the conditions the study was begun under.
      present: those of this process.

    Raises:
      StudyError: they differ; every differing field is named with both values.
    """
    present = present._replace(data=grown(present, begun).data)
    begun = grown(begun, present)
    if begun.device == _ANY_NUMBER_OF:
        present = present._replace(devices=begun.devices)
    differing = [name for name in Manifest._fields if getattr(begun, name) != getattr(present, name)]
    if not differing:
        return
    rule = _CHANGED.get(differing[0], "a study must keep the versions and the devices it was begun with")
    was, now = (", ".join(_in_words(each, name) for name in differing) for each in (begun, present))
    raise StudyError(f"study: {rule}; {path} has {was}, now {now}; use another --workdir for a new study")


def _in_words(manifest: Manifest, name: str) -> str:
    if name == "data":
        hashes = {key: each.hash for key, each in manifest.data.items()}
        return f"data={hashes}"
    return f"{name}={getattr(manifest, name)!r}"
