"""MNIST, from the files it was published as."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from bnact.data.arrays import from_splits
from bnact.data.dataset import Dataset, Split
from bnact.data.idx import Idx, idx
from bnact.data.local_files import (
    Published,
    check_published,
    check_stated,
    existing_file,
    existing_folder,
    stated_sums,
)

CLASSES = 10
SIDE = 28
PUBLISHED: Mapping[str, Published] = {
    "train-images-idx3-ubyte": Published(
        47040016, "sha256", "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"
    ),
    "train-labels-idx1-ubyte": Published(
        60008, "sha256", "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"
    ),
    "t10k-images-idx3-ubyte": Published(
        7840016, "sha256", "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"
    ),
    "t10k-labels-idx1-ubyte": Published(
        10008, "sha256", "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"
    ),
}
"""Of the files once uncompressed: a file compressed anew has other bytes and the same content."""

_FIX = "use the four files of MNIST, in the IDX format"


def mnist(folder: str | Path) -> Dataset:
    """Handwritten digits of 28 x 28 pixels in 10 classes; nothing is downloaded, and nothing executed.

    The test set is the published one. A fifth of the training file, chosen by a fixed permutation, is the
    validation set: 48,000 to train, 12,000 to validate, 10,000 to test.

    Args:
      folder: holds train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and
        t10k-labels-idx1-ubyte, each also with .gz behind its name; of both the plain one is read. A file of
        the published size must have the published SHA-256, unless you put a file SHA256SUMS into the folder:
        then every file must be as that says.

    Returns:
      The dataset, scaled as a whole. Its name is "mnist-" and the first 12 digits of its hash.

    Raises:
      FileNotFoundError: if a file or the folder is missing.
      ValueError: if a file is damaged, another than it should be, or breaks a rule of `from_splits`.

    Source: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, Gradient-Based Learning Applied to Document
    Recognition, 1998.
    """
    source = f"mnist:{folder}"
    path = existing_folder(source, folder)
    sums = stated_sums(source, path)
    train, test = (_examples(source, path, part, sums) for part in ("train", "t10k"))
    what = "MNIST: images of handwritten digits, 28 × 28 pixels (LeCun and others, 1998), from a folder"
    dataset = from_splits(source, train, test, CLASSES, what=what)
    return dataclasses.replace(dataset, name=f"mnist-{dataset.hash[:12]}")


def _examples(source: str, folder: Path, part: str, sums: Mapping[str, str] | None) -> Split:
    images = _array(source, folder, f"{part}-images-idx3-ubyte", sums)
    labels = _array(source, folder, f"{part}-labels-idx1-ubyte", sums)
    if images.shape[1:] != (SIDE, SIDE) or len(images) != len(labels):
        raise ValueError(
            f"{source}: the {part} files must hold images of {SIDE} x {SIDE} pixels and a label for each; "
            f"got images {images.shape} and {len(labels)} labels; {_FIX}, or npz for others"
        )
    return Split(images[..., None], labels)


def _array(source: str, folder: Path, name: str, sums: Mapping[str, str] | None) -> np.ndarray:
    path = existing_file(source, folder, _spellings(name), _put_missing(folder))
    if sums is not None:
        check_stated(source, path, sums)
    read: Idx = idx(source, path, 3 if "images" in name else 1, _FIX)
    if sums is None:
        check_published(source, path.name, read.content, PUBLISHED[name])
    return read.array


def _spellings(name: str) -> tuple[str, str]:
    return name, f"{name}.gz"


def _put_missing(folder: Path) -> str:
    missing = [name for name in PUBLISHED if not any((folder / each).is_file() for each in _spellings(name))]
    return f"put {', '.join(missing)} of MNIST into it, named so, plain or compressed (.gz)"
