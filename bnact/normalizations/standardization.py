"""What a norm subtracts and divides by, and over which axes."""

from collections.abc import Mapping
from typing import Literal, NamedTuple


class Standardization(NamedTuple):
    """The part of a norm that has no parameters: (x - mean) / sqrt(variance + epsilon).

    Attributes:
      axes: what is reduced: "batch" is all axes but the last, "features" the last, "none" nothing
        (x stays as it is).
      centered: True subtracts the mean; False takes the squares about zero, as RMS norm does.
    """

    axes: Literal["batch", "features", "none"]
    centered: bool


STANDARDIZATIONS: Mapping[str, Standardization] = {
    "none": Standardization("none", centered=False),
    "batch": Standardization("batch", centered=True),
    "layer": Standardization("features", centered=True),
    "rms": Standardization("features", centered=False),
}


def reduced_axes(standardization: Standardization, ndim: int) -> tuple[int, ...]:
    """The axes of an array of `ndim` axes, features last, over which the statistics are taken."""
    last = ndim - 1
    return {"batch": tuple(range(last)), "features": (last,), "none": ()}[standardization.axes]
