import json
import re
import socket
from collections.abc import Mapping
from typing import NamedTuple

import jax
import pytest

from bnact.data import wine
from bnact.studies.errors import StudyError
from bnact.studies.manifest import (
    DataRecord,
    Manifest,
    _checksum,
    check_unchanged,
    grown,
    present_manifest,
    read_manifest,
    write_manifest,
)
from tests.studies.fake_runs import MANIFEST

WINE = DataRecord("f" * 64, "classification", "Wines.")
OTHER_DIGITS = MANIFEST.data["digits"]._replace(hash="e" * 64)


@pytest.fixture
def path(tmp_path):
    write_manifest(tmp_path / "study.json", MANIFEST)
    return tmp_path / "study.json"


def test_reads_back(path):
    assert read_manifest(path) == MANIFEST
    check_unchanged(path, read_manifest(path), MANIFEST)


@pytest.mark.parametrize("name", [name for name in Manifest._fields if name != "schema"])
def test_a_change_of_any_field_is_refused_by_name_with_both_values(path, name):
    other = {"x64": True, "devices": 4, "data": {"digits": OTHER_DIGITS}}.get(name, "other")
    begun = MANIFEST._replace(device="an accelerator")
    present = begun._replace(**{name: other})
    was, now = getattr(begun, name), other
    if name == "data":
        was, now = {"digits": "d" * 64}, {"digits": "e" * 64}
    expected = f"{path} has {name}={was!r}, now {name}={now!r}; use another --workdir"
    with pytest.raises(StudyError, match=re.escape(expected)):
        check_unchanged(path, begun, present)


@pytest.mark.parametrize("devices", [1, 2, 4, 64])
def test_a_study_on_cpus_goes_on_with_any_number_of_them(path, devices):
    check_unchanged(path, MANIFEST, MANIFEST._replace(devices=devices))
    with pytest.raises(StudyError, match="has device='cpu', now device='other'; use another"):
        check_unchanged(path, MANIFEST, MANIFEST._replace(devices=devices, device="other"))


@pytest.mark.parametrize(
    "name, rule",
    [
        ("study", "a work directory must hold one study"),
        ("code", "a study must keep the code that makes its numbers"),
        ("jax", "a study must keep the versions and the devices it was begun with"),
        ("devices", "a study must keep the versions and the devices it was begun with"),
    ],
)
def test_the_refusal_says_the_rule(path, name, rule):
    begun = MANIFEST._replace(device="an accelerator")
    with pytest.raises(StudyError, match=rule):
        check_unchanged(path, begun, begun._replace(**{name: "other"}))


def test_a_dataset_with_other_arrays_is_refused(path):
    other = MANIFEST._replace(data={"digits": OTHER_DIGITS, "wine": WINE})
    with pytest.raises(StudyError, match="a study must keep its data"):
        check_unchanged(path, MANIFEST, other)


def test_a_dataset_that_is_new_to_the_study_is_taken_up(path):
    present = MANIFEST._replace(data={"wine": WINE})
    check_unchanged(path, MANIFEST, present)
    assert grown(MANIFEST, present).data == {**MANIFEST.data, "wine": WINE}
    assert grown(MANIFEST, MANIFEST) == MANIFEST


def test_several_changes_are_named_together(path):
    with pytest.raises(StudyError, match=r"has jax='1', numpy='5', now jax='7', numpy='8'; use another"):
        check_unchanged(path, MANIFEST, MANIFEST._replace(jax="7", numpy="8"))


def test_another_schema_is_refused_by_its_version(path):
    write_manifest(path, MANIFEST._replace(schema=0))
    wanted = rf"results must be of format {MANIFEST.schema}; .* is of format 0; use the version of bnact"
    with pytest.raises(StudyError, match=wanted):
        read_manifest(path)


def test_a_manifest_that_knew_no_number_of_devices_is_refused_by_the_field_it_lacks(path):
    class Earlier(NamedTuple):
        schema: int = MANIFEST.schema
        study: str = "fake"
        data: Mapping[str, DataRecord] = MANIFEST.data

    write_manifest(path, Earlier())  # pyright: ignore[reportArgumentType]
    with pytest.raises(StudyError, match=r"with other fields: \[.*'devices'.*\]; use the version of bnact"):
        read_manifest(path)


def test_a_manifest_that_knew_hashes_alone_is_refused_by_its_field(path):
    fields = {**MANIFEST._asdict(), "data": {"digits": "d" * 64}}
    path.write_text(json.dumps({**fields, "checksum": _checksum(fields)}))
    with pytest.raises(StudyError, match=r"with other fields: \['data'\]; use the version of bnact"):
        read_manifest(path)


@pytest.mark.parametrize("content", [b"", b"{", b"null", b"[]", b"{}", b"\x00" * 4096, b"[" * 100_000])
def test_garbage_is_refused(path, content):
    path.write_bytes(content)
    with pytest.raises(StudyError, match=re.escape(f"{path} is damaged; restore it from a copy")):
        read_manifest(path)


def test_every_flipped_bit_is_refused(path):
    whole = path.read_bytes()
    for i in range(len(whole)):
        flipped = bytearray(whole)
        flipped[i] ^= 1 << (i % 8)
        path.write_bytes(bytes(flipped))
        try:
            read = read_manifest(path)
        except StudyError:
            continue
        # White space between the parts may change; no value may.
        assert read == MANIFEST


def test_a_missing_file_is_an_error_that_names_it(tmp_path):
    with pytest.raises(StudyError, match=re.escape(f"{tmp_path / 'study.json'}: No such file")):
        read_manifest(tmp_path / "study.json")


def test_the_present_is_this_process():
    data = wine()
    present = present_manifest("founding_claims", [data])
    record = DataRecord(data.hash, "classification", data.description)
    assert (present.study, present.data) == ("founding_claims", {"wine": record})
    assert (present.jax, present.x64, present.device) == (jax.__version__, False, "cpu")
    assert present.devices == jax.device_count()
    assert present == present_manifest("founding_claims", [data])


def test_the_present_sees_64_bits():
    with jax.enable_x64(True):
        assert present_manifest("s", [wine()]).x64


def test_nothing_in_it_names_the_machine(path):
    write_manifest(path, present_manifest("s", [wine()]))
    text = path.read_text()
    assert socket.gethostname() not in json.loads(text).values()
    assert "/" not in text
