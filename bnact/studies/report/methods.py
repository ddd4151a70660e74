"""How every run was made and every number computed: what holds for all parts of a report."""

import collections
from collections.abc import Mapping

from bnact.data import Kind
from bnact.distributed import arrangement_of
from bnact.studies.comparison import MARGIN
from bnact.studies.counted import counted
from bnact.studies.manifest import Manifest
from bnact.studies.rows import Rows
from bnact.studies.statistics import (
    ALPHA,
    ENOUGH_FOR_AN_INTERVAL,
    ENOUGH_IN_A_TAIL,
    ENOUGH_TO_RESAMPLE,
    RESAMPLES,
)
from bnact.training.architectures import architecture_of
from bnact.training.log import HISTOGRAM_BINS, HISTOGRAM_HIGH, HISTOGRAM_LOW, LOG_POINTS
from bnact.training.observation import HISTOGRAM_EXAMPLES, OBSERVED_EXAMPLES
from bnact.training.run import MOMENTUM

from .architecture_words import architectures_in_words
from .wording import listed, plain

Methods = tuple[tuple[str, str], ...]


def methods(manifest: Manifest, rows: Rows) -> Methods:
    """What holds for every run, as (term, text).

    Args:
      manifest: the conditions the study was begun under, as stored with its results.
      rows: its runs.

    Returns:
      Terms and texts, in the order they are read; without a run, the versions alone.
    """
    if not len(rows):
        return (("Versions", _versions(manifest)),)
    return (
        ("Data", _data(manifest)),
        ("Network", _network(rows)),
        ("Training", _training(manifest)),
        ("Layout", _layout(manifest, rows)),
        ("Choice of the learning rate", _choice()),
        ("What is measured", _measured(manifest, rows)),
        ("Statistics", _statistics()),
        ("Versions", _versions(manifest)),
    )


def _data(manifest: Manifest) -> str:
    return " ".join(
        f"{name}: {record.description} SHA-256 of the arrays: {record.hash[:16]}…."
        for name, record in manifest.data.items()
    )


def _network(rows: Rows) -> str:
    gains = sorted({(row.setting.activation, row.setting.gain) for row in rows})
    return (
        f"{architectures_in_words(dict.fromkeys(row.setting.architecture for row in rows))} A pair is a norm "
        "and an activation in the order named; a linear output ends every network. Hidden weights are normal "
        "with standard deviation gain/√(fan-in). The output's have gain 1, and so have those that begin a "
        "residual stream and, in a transformer, those that read the stream or come from attention. The gain "
        "keeps the second moment of a layer's output at 1 for a standard normal input: "
        f"{listed([f'{name} {gain:.4g}' for name, gain in gains])}. A seed chooses the initial weights and "
        "the order of the data and nothing else, so runs of one seed are paired across networks."
    )


LOSSES: Mapping[Kind, str] = {"classification": "cross-entropy", "regression": "squared error"}


def _names(manifest: Manifest, kind: Kind) -> list[str]:
    return [name for name, record in manifest.data.items() if record.kind == kind]


def _training(manifest: Manifest) -> str:
    losses = {loss: names for kind, loss in LOSSES.items() if (names := _names(manifest, kind))}
    several = [f"{loss} ({listed(names)})" for loss, names in losses.items()]
    return (
        f"Stochastic gradient descent with momentum {MOMENTUM:g} and a constant learning rate on the "
        f"{listed(several if len(several) > 1 else list(losses))} of a batch; every epoch is a fresh "
        "permutation without replacement."
    )


def _layout(manifest: Manifest, rows: Rows) -> str:
    platform = "cpu" if manifest.device == "cpu" else "accelerator"
    lanes = collections.Counter(row.setting.cell for row in rows)
    found: dict[tuple[int, str], set[int]] = {}
    for cell, runs in lanes.items():
        images = architecture_of(cell.architecture).takes_images
        layout = arrangement_of(runs, manifest.devices, platform, cell.width, images)
        found.setdefault((layout.at_once, layout.way), set()).add(cell.width)
    words = [
        f"{counted(at_once, 'network')} at a time ({way}) at width {listed([*map(str, sorted(widths))])}"
        for (at_once, way), widths in sorted(found.items())
    ]
    return (
        f"The runs of a cell were split over the devices, {manifest.devices} when the study began, on each "
        f"of them {listed(words)}; the last batch is filled up, so that all are of one size. Where memory "
        "did not suffice, layouts.json beside the results has the smaller number at a time that was used."
    )


def _choice() -> str:
    return (
        "For each network the learning rate with the highest mean validation accuracy over the seeds after "
        "the last step; of equal ones the smaller. A diverged run counts as accuracy 0. An asterisk marks "
        "a choice at the edge of the rates tried. Results are then read off the test set, which chose "
        "nothing."
    )


EXPLAINED = (
    "Of a regression ({names}) the accuracy is the share of the targets' variance that is explained, 1 − "
    "squared error / variance, at least 0. "
)


def _measured(manifest: Manifest, rows: Rows) -> str:
    regressions = _names(manifest, "regression")
    explained = EXPLAINED.format(names=listed(regressions)) if regressions else ""
    return (
        f"At {LOG_POINTS} points of training, denser early. {_observed_in_words(rows)} Norms that look at "
        "the batch take the exact statistics of these training examples under the present weights, on the "
        "validation and test set too. Axes of accuracy are spread out towards 100 %. "
        f"{explained}A unit is dead if its slope is zero on every one of these training examples, at every "
        "place. A site is a pair of norm and activation; its gradient is the root mean square, over units, "
        "places and the examples of the batch of the next step, of the derivative of the batch's mean loss "
        "by what the pair is given: a linear map's output, or a residual stream. "
        f"Histograms have {HISTOGRAM_BINS} bins of the "
        f"activations' inputs from {plain(HISTOGRAM_LOW, 0)} to {plain(HISTOGRAM_HIGH, 0)}, of all sites on "
        f"the first {HISTOGRAM_EXAMPLES} training examples; what lies outside is counted in the end bins, "
        "what is not a number nowhere."
    )


def _observed_in_words(rows: Rows) -> str:
    """What the points of a run look at, from what its settings say."""
    observed = sorted({row.setting.observed for row in rows})
    most = f"the whole training set (its first {OBSERVED_EXAMPLES:,} examples if there are more)"
    if observed and observed[0] >= OBSERVED_EXAMPLES:
        return f"Every point looks at {most} and the whole validation set."
    few = listed([f"{number:,}" for number in observed])
    return (
        f"Every point but the last looks at the first {few} examples of the training and of the validation "
        f"set (all if there are fewer), the last at {most} and the whole validation set: the last point of a "
        "curve is measured on more examples than the others."
    )


def _statistics() -> str:
    return (
        "Differences are paired by seed. Each has an exact sign-flip test (Fisher, 1935), corrected by "
        f"Holm's procedure over all comparisons of its claim at {ALPHA:.0%} (Holm, 1979), and a bootstrap "
        f"interval of {RESAMPLES:,} seeded resamples, its percentiles widened for few seeds (Hesterberg, "
        f"2015), or Student's where fewer than {ENOUGH_IN_A_TAIL} resamples would lie beyond an end. A "
        "corrected interval is at the level Holm's procedure leaves to its comparison. A difference counts "
        "only if test and interval both say so, however small it is. One for which they do not counts as "
        f"none if its interval lies within {100 * MARGIN:g} percentage point and two one-sided tests at "
        f"{ALPHA:.0%} say so; else it is unclear. With fewer than {ENOUGH_TO_RESAMPLE} seeds intervals are "
        "Student's, no test can reach 5 %, and every comparison stays undecided; with fewer than "
        f"{ENOUGH_FOR_AN_INTERVAL} there are no intervals. Intervals and tests cover "
        "the noise of seeds only: all hold for this one split of the data and its one test set."
    )


def _versions(manifest: Manifest) -> str:
    return (
        f"jax {manifest.jax}, jaxlib {manifest.jaxlib}, flax {manifest.flax}, optax {manifest.optax}, numpy "
        f"{manifest.numpy}; {manifest.devices} × {manifest.device}; {'64' if manifest.x64 else '32'}-bit "
        f"floats by default; code {manifest.code[:16]}."
    )
