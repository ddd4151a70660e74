"""Small folders of the form in which MNIST and CIFAR-10 were published."""

import gzip
import hashlib
import struct

import numpy as np

MNIST_FILES = tuple(
    f"{part}-{kind}" for part in ("train", "t10k") for kind in ("images-idx3-ubyte", "labels-idx1-ubyte")
)
CIFAR10_FILES = (*(f"data_batch_{number}.bin" for number in range(1, 6)), "test_batch.bin")


def idx_bytes(array):
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def mnist_folder(folder, train=30, test=12, compressed=False):
    """Writes the four files; returns the images and labels of the training set, then of the test set."""
    random = np.random.default_rng(4)
    parts = {}
    for part, count in (("train", train), ("t10k", test)):
        images = random.integers(0, 256, (count, 28, 28), np.uint8)
        parts[part] = images, (np.arange(count) % 10).astype(np.uint8)
        for kind, array in zip(("images-idx3-ubyte", "labels-idx1-ubyte"), parts[part], strict=True):
            content = idx_bytes(array)
            name = f"{part}-{kind}.gz" if compressed else f"{part}-{kind}"
            (folder / name).write_bytes(gzip.compress(content) if compressed else content)
    return *parts["train"], *parts["t10k"]


def cifar10_records(count, seed):
    records = np.random.default_rng(seed).integers(0, 256, (count, 3073), np.uint8)
    records[:, 0] = np.arange(count) % 10
    return records


def cifar10_folder(folder, count=12):
    """Writes the six files; returns their records, (6, count, 3073)."""
    records = np.stack([cifar10_records(count, seed) for seed in range(6)])
    for name, some in zip(CIFAR10_FILES, records, strict=True):
        (folder / name).write_bytes(some.tobytes())
    return records


def state_sums(folder):
    """Writes SHA256SUMS as sha256sum does."""
    names = sorted(path.name for path in folder.iterdir() if path.name != "SHA256SUMS")
    sums = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    (folder / "SHA256SUMS").write_text("".join(sums))
