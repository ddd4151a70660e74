"""What was done to a dataset's examples, in sentences: what a loader's words are followed by."""

from collections.abc import Mapping

from bnact.data.scaling import Scaling

OWN = "a user's own arrays"
"""What a dataset is of which nothing else is known."""

SCALINGS: Mapping[Scaling, str] = {
    "whole": (
        "Every feature is centred at its mean over the training set, and all are divided by one number, the "
        "standard deviation of all centred training inputs."
    ),
    "each": (
        "Every feature is centred at its mean over the training set and divided by its own standard "
        "deviation there."
    ),
    "none": "Inputs are left as they are.",
}

TARGETS = "Targets are centred and divided by the standard deviation of the training targets."

MIXED = (
    "Then every feature is brought to the range from 0 to 1 by the training set's minimum and maximum, and "
    "every second one to 1 to 1000, not centred."
)


def shuffled(train: int, validation: int, test: int) -> str:
    """How one permutation has split the examples, from the number in each split."""
    return (
        f"One fixed permutation splits it into {train:,} examples to train with, {validation:,} to validate "
        f"and {test:,} to test."
    )


def held_out(train: int, validation: int, test: int) -> str:
    """How a permutation has split what came beside a test set of its own, from the number in each split."""
    return (
        f"It comes with its test set of {test:,}; one fixed permutation splits the others into {train:,} "
        f"examples to train with and {validation:,} to validate."
    )


def described(what: str, split: str, scaling: Scaling, regression: bool) -> str:
    """What a dataset is, how it is split and how scaled.

    Args:
      what: it is, without a full stop.
      split: a sentence, by `shuffled` or `held_out`.
      scaling: of the inputs.
      regression: whether it has targets, which are scaled too.
    """
    sentences = [f"{what}.", split, SCALINGS[scaling], *([TARGETS] if regression else [])]
    return " ".join(sentences)
