"""Tasks made from a formula."""

import numpy as np

from bnact.data.arrays import from_arrays
from bnact.data.dataset import Dataset, Split

SEED = 0


def spirals(arms: int = 3, examples_per_arm: int = 700, turns: float = 1.0, noise: float = 0.05) -> Dataset:
    """Points of the plane on interleaved spirals; the class is the arm, and no straight line parts two arms.

    A point of arm k lies at radius r, uniform in [0.1, 1], at the angle 2 pi (turns r + k / arms), and
    is moved by normal noise in both coordinates.

    Args:
      arms: number of spirals and of classes, at least 2.
      examples_per_arm: points on each, at least 5.
      turns: rotations from the centre to radius 1.
      noise: standard deviation of the displacement; the spirals have radius 1.

    Returns:
      The dataset "spirals": 2 features, arms classes.

    Raises:
      ValueError: if there are fewer than 2 arms or 5 examples on each, or the noise is negative.

    Source: K. J. Lang, M. J. Witbrock, Learning to Tell Two Spirals Apart, 1988.
    """
    _check(arms, examples_per_arm, noise)
    what = f"points on {arms} interleaved spirals in the plane, one spiral a class, made from a fixed seed"
    return from_arrays("spirals", *spiral_points(arms, examples_per_arm, turns, noise), what=what)


def spiral_points(arms: int, examples_per_arm: int, turns: float, noise: float) -> Split:
    """The points of `spirals` as they are drawn, arm after arm: (n, 2) inputs and (n,) labels."""
    # The stream of RandomState is frozen for ever; that of default_rng may change with numpy.
    random = np.random.RandomState(SEED)
    labels = np.repeat(np.arange(arms, dtype=np.int32), examples_per_arm)
    radius = random.uniform(0.1, 1.0, labels.shape)
    angle = 2 * np.pi * (turns * radius + labels / arms)
    points = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    points += noise * random.standard_normal(points.shape)
    # Rounded, so that the last bit of a machine's cosine does not change the dataset's hash.
    return Split(points.astype(np.float32), labels)


def _check(arms: int, examples_per_arm: int, noise: float) -> None:
    if arms < 2:
        raise ValueError(f"spirals: there must be at least 2 arms; got arms={arms}; use arms=2 or 3")
    if examples_per_arm < 5:
        raise ValueError(
            f"spirals: an arm must have at least 5 examples; got examples_per_arm={examples_per_arm}; use 700"
        )
    if not noise >= 0.0:
        raise ValueError(f"spirals: noise must not be negative; got noise={noise}; use 0.05")
