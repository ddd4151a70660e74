"""The datasets that have a name."""

from collections.abc import Callable, Mapping

from bnact.data.dataset import Dataset
from bnact.data.digits import digits
from bnact.data.npz import npz
from bnact.data.synthetic import spirals
from bnact.numerics import nearest_names

DATASETS: Mapping[str, Callable[[], Dataset]] = {
    "digits": digits,
    "spirals": spirals,
}


def load(name: str) -> Dataset:
    """The dataset of that name.

    Args:
      name: a key of `DATASETS`, or "npz:FILE" for a file that `npz` reads.

    Returns:
      The dataset: the same arrays every time.

    Raises:
      ValueError: if there is no such dataset, or the file's content breaks a rule.
      FileNotFoundError: if there is no such file.
      ImportError: if what brings the dataset is not installed.
    """
    if name.startswith("npz:"):
        return npz(name.removeprefix("npz:"))
    if name not in DATASETS:
        raise ValueError(_unknown(name))
    return DATASETS[name]()


def _unknown(name: str) -> str:
    names = [*DATASETS, "npz:FILE"]
    nearest = nearest_names(name, names) or names
    return f"data: must be one of {', '.join(names)}; got {name!r}; use {' or '.join(map(repr, nearest))}"
