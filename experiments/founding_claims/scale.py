"""How much the founding claims train, and the settings they are made of."""

from collections.abc import Sequence

from bnact.studies.claim import Claim, Scale
from bnact.studies.grid import grid
from bnact.studies.rows import Rows
from bnact.training.setting import Kill, Setting
from experiments.initialization import gain

STUDY = "founding_claims"
DATA, WIDTH, BATCH_SIZE = "digits", 64, 64
OBSERVED = 2048
"""Every point looks at the whole training set: a claim counts units that are dead on all of it."""

DEFAULT = Scale(seeds=10, steps=300, learning_rates=(0.01, 0.03, 0.1, 0.3), depths=(2, 8, 16))
QUICK = Scale(seeds=3, steps=60, learning_rates=(0.03, 0.1), depths=(2, 8))


def settings_of(
    scale: Scale,
    activations: Sequence[str],
    norms: Sequence[str] = ("batch",),
    orders: Sequence[str] = ("before", "after"),
    kills: Sequence[Kill] = ("none",),
) -> tuple[Setting, ...]:
    """Every combination, at every depth, learning rate and seed of a scale.

    Args:
      scale: how much.
      activations, norms, orders: the pairs.
      kills: injuries, see `Setting.kill`.

    Returns:
      The settings; those that claims have in common are equal, and are run once.
    """
    return grid(
        data=DATA,
        activations=activations,
        norms=norms,
        orders=orders,
        depths=scale.depths,
        widths=(WIDTH,),
        learning_rates=scale.learning_rates,
        seeds=scale.seeds,
        steps=scale.steps,
        batch_size=BATCH_SIZE,
        gain=gain,
        kills=kills,
        observed=OBSERVED,
    )


def own_rows(claim: Claim, scale: Scale, rows: Rows) -> Rows:
    """The runs that a claim asks for at a scale, as far as there are any, in the order it asks for them."""
    found = {row.setting: row for row in rows}
    return Rows(tuple(found[setting] for setting in claim.settings(scale) if setting in found))
