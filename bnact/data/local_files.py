"""The files of a user's folder, checked before anything is made of them; nothing in them is executed."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

SUMS = "SHA256SUMS"
# How pickles begin: from protocol 2 on with an opcode and the version, before with a list, dict or import.
_PICKLES = (
    *(b"\x80" + bytes([version]) for version in range(2, 6)),
    b"(dp",
    b"(lp",
    b"]q",
    b"}q",
    b"ccopy_reg",
)
_MOST_NAMES = 8


class Published(NamedTuple):
    """What is known of a file of a published dataset.

    Attributes:
      size: bytes of its content, uncompressed.
      algorithm: of the digest, as hashlib calls it.
      digest: of the content, in hexadecimal.
    """

    size: int
    algorithm: str
    digest: str


def existing_folder(source: str, folder: str | Path) -> Path:
    """The path of a folder that has something in it.

    Raises:
      FileNotFoundError: if there is no such folder, a file is in its place, or it is empty.
    """
    path = Path(folder).expanduser()
    if not path.is_dir():
        found = "a file" if path.exists() else "no such folder"
        raise FileNotFoundError(f"{source}: the path must name a folder; got {found}; check the path")
    if not any(path.iterdir()):
        raise FileNotFoundError(f"{source}: the folder must hold the files; got an empty one; check the path")
    return path


def existing_file(source: str, folder: Path, names: tuple[str, ...], fix: str) -> Path:
    """The first of the names for which the folder has a file.

    Args:
      source: what the dataset is called in an error message.
      folder: where to look.
      names: a file's name, and its other names.
      fix: where such files come from, for the error.

    Raises:
      FileNotFoundError: if there is none, or a folder is in its place.
    """
    for name in names:
        if (folder / name).is_file():
            return folder / name
        if (folder / name).exists():
            raise FileNotFoundError(f"{source}: {name} must be a file; got a folder; {fix}")
    found = sorted(path.name for path in folder.iterdir())
    more = f" and {len(found) - _MOST_NAMES} more" if len(found) > _MOST_NAMES else ""
    raise FileNotFoundError(
        f"{source}: the folder must hold {' or '.join(names)}; found {', '.join(found[:_MOST_NAMES])}{more}; "
        f"{fix}"
    )


def stated_sums(source: str, folder: Path) -> Mapping[str, str] | None:
    """The SHA-256 of each file by its name, as the folder's SHA256SUMS has them; None without such a file.

    A user writes that file, with `sha256sum`; here it is only read.

    Raises:
      ValueError: if a line is not as `sha256sum` writes it.
    """
    path = folder / SUMS
    if not path.is_file():
        return None
    lines = path.read_text("utf-8", errors="replace").splitlines()
    sums = {}
    for number, line in enumerate(lines, start=1):
        match = re.fullmatch(r"([0-9a-fA-F]{64}) [ *](?:\./)?(.+)", line)
        if match is None:
            raise ValueError(
                f"{source}: {SUMS} must have lines of a SHA-256, two spaces and a name; line {number} is "
                f"not; use sha256sum * > {SUMS}"
            )
        sums[match[2]] = match[1].lower()
    return sums


def check_stated(source: str, path: Path, sums: Mapping[str, str]) -> None:
    """Checks a file, as it lies in its folder, against the folder's own SHA256SUMS.

    Raises:
      ValueError: if the file is not listed, or is another.
    """
    if path.name not in sums:
        raise ValueError(
            f"{source}: {SUMS} must list every file; {path.name} is missing; use sha256sum * > {SUMS}"
        )
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != sums[path.name]:
        raise ValueError(
            f"{source}: {path.name} must have the SHA-256 {sums[path.name]} that {SUMS} states; got {found}; "
            "get the file again"
        )


def check_published(source: str, name: str, content: bytes, published: Published) -> None:
    """Checks content that has the size of a published file against that file's digest.

    Raises:
      ValueError: if it has another digest.
    """
    if len(content) != published.size:
        return
    found = hashlib.new(published.algorithm, content, usedforsecurity=False).hexdigest()
    if found != published.digest:
        algorithm = f"{published.algorithm[:3].upper()}-{published.algorithm[3:]}"
        raise ValueError(
            f"{source}: {name} must have the {algorithm} {published.digest} of the published file; got "
            f"{found}; get the file again; or, if another is meant, write {SUMS} into the folder once, by "
            f"sha256sum * > {SUMS}: it is then read in the place of the published sums"
        )


def is_pickle(head: bytes) -> bool:
    """Whether a file's first bytes are those of a pickle, which is a program and not data."""
    return head.startswith(_PICKLES)


def refuse_pickle(source: str, name: str, head: bytes, fix: str) -> None:
    """Refuses a file whose first bytes are those of a pickle.

    Raises:
      ValueError: if they are.
    """
    if is_pickle(head):
        raise ValueError(
            f"{source}: {name} must be plain data; got a pickle, which is a program that runs when it is "
            f"opened; {fix}"
        )
