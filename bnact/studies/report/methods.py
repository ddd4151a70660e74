"""How every run was made and every number computed: what holds for all parts of a report."""

from bnact.studies.comparison import MARGIN
from bnact.studies.manifest import Manifest
from bnact.studies.rows import Rows
from bnact.studies.statistics import ALPHA, ENOUGH_IN_A_TAIL, RESAMPLES
from bnact.training.log import HISTOGRAM_BINS, LOG_POINTS

from .wording import listed

DATA = {
    "digits": "Digits: the 1,797 images of handwritten digits, 8 × 8 pixels, that scikit-learn bundles "
    "(Alpaydin and Kaynak, 1998)",
    "spirals": "Spirals: points on interleaved spirals in the plane, one spiral a class, made from a "
    "fixed seed",
}

Methods = tuple[tuple[str, str], ...]


def methods(manifest: Manifest, rows: Rows) -> Methods:
    """What holds for every run, as (term, text).

    Args:
      manifest: the conditions the study was begun under, as stored with its results.
      rows: its runs.

    Returns:
      Terms and texts, in the order they are read.
    """
    return (
        ("Data", _data(manifest)),
        ("Network", _network(rows)),
        ("Training", _training()),
        ("Choice of the learning rate", _choice()),
        ("What is measured", _measured()),
        ("Statistics", _statistics()),
        ("Versions", _versions(manifest)),
    )


def _data(manifest: Manifest) -> str:
    what = DATA.get(manifest.data, f"{manifest.data}: a user's own arrays")
    return (
        f"{what}. One fixed permutation splits it 60 : 20 : 20 into training, validation and test set. "
        "Every feature is centred at its mean over the training set, and all are divided by one number, "
        "the standard deviation of all centred training inputs. SHA-256 of the arrays: "
        f"{manifest.data_hash[:16]}…"
    )


def _network(rows: Rows) -> str:
    gains = sorted({(row.setting.activation, row.setting.gain) for row in rows})
    return (
        "Fully connected: hidden layers of equal width, each a linear map, the norm and the activation in "
        "the order named, then a linear output. Hidden weights are normal with standard deviation "
        "gain/√(fan-in); the gain keeps the second moment of a layer's output at 1 for a standard normal "
        f"input: {listed([f'{name} {gain:.4g}' for name, gain in gains])}. A seed chooses the initial "
        "weights and the order of the data and nothing else, so runs of one seed are paired across "
        "networks."
    )


def _training() -> str:
    return (
        "Stochastic gradient descent with momentum 0.9 and a constant learning rate on the cross-entropy "
        "of a batch; every epoch is a fresh permutation without replacement."
    )


def _choice() -> str:
    return (
        "For each network the learning rate with the highest mean validation accuracy over the seeds after "
        "the last step; of equal ones the smaller. A diverged run counts as accuracy 0. An asterisk marks "
        "a choice at the edge of the rates tried. Results are then read off the test set, which chose "
        "nothing."
    )


def _measured() -> str:
    return (
        f"At {LOG_POINTS} points of training, denser early, on the training set (its first 2,048 examples "
        "if there are more). Norms that look at the batch take the exact statistics of these examples under "
        "the present weights, on the validation and test set too. Axes of accuracy are spread out towards "
        "100 %. A unit is dead if its slope is zero on every example. The gradient of a layer is the root "
        "mean square, over units and the examples of the batch of the next step, of the derivative of the "
        f"batch's mean loss by the layer's linear output. Histograms have {HISTOGRAM_BINS} bins of the "
        "activations' inputs from −8 to 8, of all layers on the first 128 training examples; what lies "
        "outside is counted in the end bins."
    )


def _statistics() -> str:
    return (
        "Differences are paired by seed. Each has an exact sign-flip test (Fisher, 1935), corrected by "
        f"Holm's procedure over all comparisons of its claim at {ALPHA:.0%} (Holm, 1979), and a bootstrap "
        f"interval of {RESAMPLES:,} seeded resamples, its percentiles widened for few seeds (Hesterberg, "
        f"2015), or Student's where fewer than {ENOUGH_IN_A_TAIL} of them would lie beyond an end, at the level Holm's procedure leaves to the comparison. A difference counts only if both "
        f"say so, however small it is. One for which they do not counts as none if its interval and two "
        f"one-sided tests at {ALPHA:.0%} lie within {100 * MARGIN:g} percentage point; else it is unclear. With "
        "fewer than six seeds intervals are Student's, no test can reach 5 %, and every comparison stays "
        "undecided."
    )


def _versions(manifest: Manifest) -> str:
    return (
        f"jax {manifest.jax}, jaxlib {manifest.jaxlib}, flax {manifest.flax}, optax {manifest.optax}, numpy "
        f"{manifest.numpy}; {manifest.devices} × {manifest.device}; {'64' if manifest.x64 else '32'}-bit floats by "
        f"default; code {manifest.code[:16]}."
    )
