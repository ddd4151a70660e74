"""The axes of an array that are neither examples nor features: its positions in time or space."""


def position_axes(ndim: int) -> tuple[int, ...]:
    """The axes between the first, the examples, and the last, the features; () where there are none."""
    return tuple(range(1, ndim - 1))
