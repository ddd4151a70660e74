"""What `nnx.view` calls of a module with running averages."""

from typing import Protocol


class Averaging(Protocol):
    """A module that takes running averages, or what it is given alone.

    Attributes:
      use_running_average: which of the two.
    """

    use_running_average: bool | None


def set_view(self: Averaging, use_running_average: bool | None = None) -> None:
    """What `nnx.view` calls, as a method of the module.

    Args:
      use_running_average: see the attribute; None leaves it as it is.
    """
    if use_running_average is not None:
        self.use_running_average = use_running_average
