"""How much claims train, and the settings they are made of."""

from collections.abc import Sequence

from bnact.studies.claim import Claim, Scale
from bnact.studies.grid import grid
from bnact.studies.rows import Rows
from bnact.training.setting import Kill, Setting
from experiments.initialization import gain

WIDTH, BATCH_SIZE = 64, 64
OBSERVED = 2048
"""Every point looks at the whole training set: a claim counts units that are dead on all of it."""

DEFAULT = Scale(seeds=10, steps=250, learning_rates=(0.01, 0.03, 0.1, 0.3), depths=(2, 8))
QUICK = Scale(seeds=3, steps=60, learning_rates=(0.03, 0.1), depths=(2, 8))

TASKS = ("digits", "breast_cancer", "teacher")
DEPTHS = {"mlp": (2, 8), "residual_mlp": (1, 4)}
"""Architectures of the full study, with their numbers of layers, or of blocks: a block has two pairs."""


def full(seeds: int) -> tuple[Scale, ...]:
    """Every task in every architecture, each with two disjoint sets of seeds; the default's come first.

    Args:
      seeds: in each set.
    """
    return tuple(
        DEFAULT._replace(
            seeds=seeds, first_seed=first, data=task, architecture=architecture, depths=DEPTHS[architecture]
        )
        for task in TASKS
        for architecture in DEPTHS
        for first in (0, seeds)
    )


def settings_of(
    scale: Scale,
    activations: Sequence[str],
    norms: Sequence[str] = ("batch",),
    orders: Sequence[str] = ("before", "after"),
    kills: Sequence[Kill] = ("none",),
    widths: Sequence[int] = (WIDTH,),
) -> tuple[Setting, ...]:
    """Every combination, at every depth, learning rate and seed of a scale.

    Args:
      scale: how much.
      activations, norms, orders: the pairs.
      kills: injuries, see `Setting.kill`.
      widths: units in each hidden layer.

    Returns:
      The settings; those that claims have in common are equal, and are run once.
    """
    return grid(
        data=scale.data,
        architectures=(scale.architecture,),
        activations=activations,
        norms=norms,
        orders=orders,
        depths=scale.depths,
        widths=widths,
        learning_rates=scale.learning_rates,
        seeds=scale.seeds,
        first_seed=scale.first_seed,
        steps=scale.steps,
        batch_size=BATCH_SIZE,
        gain=gain,
        kills=kills,
        observed=OBSERVED,
    )


def no_runs(_: Scale) -> tuple[Setting, ...]:
    """The runs of a claim that is decided by computing alone: none, at every scale."""
    return ()


def own_rows(claim: Claim, scale: Scale, rows: Rows) -> Rows:
    """The runs that a claim asks for at a scale, as far as there are any, in the order it asks for them."""
    found = rows.by_setting
    return Rows(tuple(found[setting] for setting in claim.settings(scale) if setting in found))


def lacking(claim: Claim, scale: Scale, rows: Rows) -> int:
    """How many of the runs that a claim asks for at a scale there are not."""
    return len(claim.settings(scale)) - len(own_rows(claim, scale, rows))
