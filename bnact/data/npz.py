"""A dataset from a user's own file of arrays."""

import dataclasses
import math
import zipfile
import zlib
from pathlib import Path

import numpy as np

from bnact.data.arrays import from_arrays, from_targets
from bnact.data.dataset import Dataset, derived_hash
from bnact.data.local_files import refuse_pickle

_FIX = "write it with numpy.savez(path, inputs=..., labels=...)"

# zipfile says of an encrypted member, and of a compression it does not know, that the runtime is at fault.
_UNREADABLE = (ValueError, EOFError, MemoryError, RuntimeError, zipfile.BadZipFile, zlib.error)

_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


def npz(path: str | Path) -> Dataset:
    """The dataset in a file that `numpy.savez(path, inputs=..., labels=...)` wrote; nothing is executed.

    Args:
      path: of the file. Its array `inputs` is (n, ...), real and finite, further axes are flattened into
        features; (n, height, width, channels) are images. Its array `labels` is (n,), integers 0, 1, ...,
        classes - 1, no class empty; or `targets` is (n,), real and finite, in its place, for a regression.

    Returns:
      The dataset, split and standardized as `from_arrays` or `from_targets` says. Its name is "npz-" and the
      first 12 digits of its hash, so that it names the content and not a place on one machine. The hash of
      images is of their shape too: the same numbers as other images, or as none, are another dataset.

    Raises:
      FileNotFoundError: if there is no such file.
      ValueError: if it is not an npz file, lacks an array, is damaged, or an array breaks a rule.
    """
    source = f"npz:{path}"
    with _archive(source, Path(path).expanduser()) as archive:
        answers = "targets" if _holds_targets(source, archive) else "labels"
        _check_names(source, archive, ("inputs", answers))
        inputs, numbers = (_array(source, archive, name) for name in ("inputs", answers))
    make = from_targets if answers == "targets" else from_arrays
    dataset = make(source, inputs, numbers)
    shape, content = dataset.image_shape, dataset.hash
    own = content if shape is None else derived_hash(content, f"image shape {shape}")
    return dataclasses.replace(dataset, name=f"npz-{own[:12]}", hash=own)


def _archive(source: str, path: Path) -> zipfile.ZipFile:
    if not path.is_file():
        found = "a directory" if path.is_dir() else "no such file"
        raise FileNotFoundError(f"{source}: the path must name a file; got {found}; check the path")
    with path.open("rb") as file:
        refuse_pickle(source, path.name, file.read(16), _FIX)
    try:
        return zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise ValueError(
            f"{source}: the file must be an npz archive; got something else ({error}); {_FIX}"
        ) from error


def _holds_targets(source: str, archive: zipfile.ZipFile) -> bool:
    members = archive.namelist()
    if "targets.npy" in members and "labels.npy" in members:
        raise ValueError(
            f"{source}: it must hold labels (classes) or targets (numbers); got both; write one of them"
        )
    return "targets.npy" in members


def _check_names(source: str, archive: zipfile.ZipFile, names: tuple[str, ...]) -> None:
    found = [member.removesuffix(".npy") for member in archive.namelist()]
    missing = [name for name in names if f"{name}.npy" not in archive.namelist()]
    if missing:
        raise ValueError(
            f"{source}: it must hold the arrays {' and '.join(names)}; {' and '.join(missing)} missing, "
            f"found {', '.join(sorted(found)) or 'nothing'}; {_FIX}"
        )


def _array(source: str, archive: zipfile.ZipFile, name: str) -> np.ndarray:
    try:
        _check_header(archive, f"{name}.npy")
        with archive.open(f"{name}.npy") as member:
            return np.lib.format.read_array(member, allow_pickle=False)
    except _UNREADABLE as error:
        raise ValueError(
            f"{source}: the array {name} must be a whole numpy array of numbers; got {error}; {_FIX}"
        ) from error


def _check_header(archive: zipfile.ZipFile, member: str) -> None:
    # Before anything is allocated: a header may claim any shape.
    with archive.open(member) as stream:
        version = np.lib.format.read_magic(stream)
        if version not in _HEADERS:
            raise ValueError(f"format version {version}")
        shape, _, dtype = _HEADERS[version](stream)
        if dtype.hasobject:
            raise ValueError("Python objects")
        declared = math.prod(shape) * dtype.itemsize
        held = archive.getinfo(member).file_size - stream.tell()
    if declared != held:
        raise ValueError(f"a header that declares {declared} bytes over {held} bytes")
