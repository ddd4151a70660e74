"""The datasets that have a name."""

import re
from collections.abc import Callable, Mapping

from bnact.data.cifar10 import cifar10
from bnact.data.dataset import Dataset
from bnact.data.digits import digits
from bnact.data.friedman import friedman
from bnact.data.mixed import mixed_scale
from bnact.data.mnist import mnist
from bnact.data.npz import npz
from bnact.data.parity import parity
from bnact.data.synthetic import spirals
from bnact.data.tables import breast_cancer, diabetes, wine
from bnact.data.teacher import teacher
from bnact.numerics import nearest_names

DATASETS: Mapping[str, Callable[[], Dataset]] = {
    "digits": digits,
    "breast_cancer": breast_cancer,
    "wine": wine,
    "diabetes": diabetes,
    "spirals": spirals,
    "teacher": teacher,
    "parity": parity,
    "friedman": friedman,
}

LOCAL: Mapping[str, Callable[[str], Dataset]] = {
    "npz:FILE": npz,
    "mnist:FOLDER": mnist,
    "cifar10:FOLDER": cifar10,
}
"""What is read from a path, by the form of its name."""

NAMES = (*DATASETS, "NAME-mixed", *LOCAL)
"""All forms of a name, for help and for errors."""

_MIXED = "-mixed"


def load(name: str) -> Dataset:
    """The dataset of that name.

    Args:
      name: a key of `DATASETS`; the same with "-mixed" behind it, for `mixed_scale` of it; "npz:FILE" for a
        file that `npz` reads; "mnist:FOLDER" or "cifar10:FOLDER" for what `mnist` or `cifar10` reads.

    Returns:
      The dataset: the same arrays every time.

    Raises:
      TypeError: the name is no string.
      ValueError: if there is no such dataset, or a file's content breaks a rule.
      FileNotFoundError: if there is no such file or folder.
      ImportError: if what brings the dataset is not installed.
    """
    if not isinstance(name, str):
        raise TypeError(
            f"data: the name must be a string; got {name!r}; use 'digits', or 'npz:FILE' for a file"
        )
    for form, read in LOCAL.items():
        prefix = form.partition(":")[0] + ":"
        if name.startswith(prefix):
            return read(name.removeprefix(prefix))
    plain = name.removesuffix(_MIXED)
    if plain not in DATASETS:
        raise ValueError(_unknown(name))
    dataset = DATASETS[plain]()
    return dataset if plain == name else mixed_scale(dataset)


def form_of(name: str) -> str:
    """What a user gives to load the dataset of that name: "npz:FILE" for "npz-0123456789ab"."""
    forms = {form.partition(":")[0]: form for form in LOCAL}
    kind, _, digits = name.partition("-")
    return forms.get(kind, name) if re.fullmatch("[0-9a-f]{12}", digits) else name


def _unknown(name: str) -> str:
    names = [*DATASETS, *(f"{plain}{_MIXED}" for plain in DATASETS), *LOCAL]
    nearest = nearest_names(name, names) or DATASETS
    return f"data: must be one of {', '.join(NAMES)}; got {name!r}; use {' or '.join(map(repr, nearest))}"
