"""A smooth function of five inputs, beside five that do not matter: a regression."""

import numpy as np

from bnact.data.arrays import from_targets
from bnact.data.dataset import Dataset, Split

SEED = 0
FEATURES = 10


def friedman(examples: int = 2000, noise: float = 1.0) -> Dataset:
    """Inputs uniform from 0 to 1, and y = 10 sin(pi x1 x2) + 20 (x3 - 0.5)^2 + 10 x4 + 5 x5 + noise.

    Args:
      examples: number of examples, at least 10.
      noise: standard deviation of the normal noise. With 1, about 0.04 of the variance of y is noise: no
        prediction has a smaller mean squared error, in units of the standardized targets.

    Returns:
      The dataset "friedman", a regression of 10 features.

    Raises:
      ValueError: if there are fewer than 10 examples or the noise is negative.

    Source: J. Friedman, Multivariate Adaptive Regression Splines, 1991, section 4.3.
    """
    if examples < 10 or not 0.0 <= noise < np.inf:
        raise ValueError(
            "friedman: there must be at least 10 examples, and noise must be finite and not negative; got "
            f"examples={examples}, noise={noise}; use 2000 and 1.0"
        )
    what = (
        f"{FEATURES} uniform inputs, and as the target a smooth function of five of them with normal noise "
        f"of standard deviation {noise:g} (Friedman, 1991), made from a fixed seed"
    )
    return from_targets("friedman", *friedman_points(examples, noise), what=what)


def friedman_points(examples: int, noise: float) -> Split:
    """The examples of `friedman` as they are drawn: (n, 10) inputs and (n,) targets, in float32."""
    # The stream of RandomState is frozen for ever; that of default_rng may change with numpy.
    random = np.random.RandomState(SEED)
    inputs = random.uniform(size=(examples, FEATURES))
    first, second, third, fourth, fifth = inputs.T[:5]
    targets = 10 * np.sin(np.pi * first * second) + 20 * (third - 0.5) ** 2 + 10 * fourth + 5 * fifth
    targets += noise * random.standard_normal(examples)
    # Rounded, so that the last bit of a machine's sine does not change the dataset's hash.
    return Split(inputs.astype(np.float32), targets.astype(np.float32))
