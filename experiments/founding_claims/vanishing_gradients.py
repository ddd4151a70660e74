"""Do batch normalization and ReLU solve vanishing gradients?

A gradient that a layer multiplies by less than one is soon gone; one that it multiplies by more than one soon
overflows. Only a factor near one solves anything.
"""

from collections.abc import Sequence

import numpy as np

from bnact.studies.claim import Answer, Claim, Figure, Quantity, Table, Verdict
from bnact.studies.report.drawing import legend_entry
from bnact.studies.report.wording import EXACT, listed
from bnact.studies.rows import Rows
from experiments.claims.activations import REPRESENTATIVES
from experiments.claims.scale import no_runs

from .signal.fresh_gradients import (
    BATCH_SIZE,
    DEPTH,
    KEPT,
    NORMS,
    SEEDS,
    WIDTH,
    Growth,
    Growths,
    Kind,
    fresh_gradients,
)
from .signal.growth_panel import THEORY, growth_panel, measured_style, size_in_words
from .sources.documents import QUESTION
from .sources.literature import YANG

ID = "vanishing_gradients"
TEXT = "batch normalization and ReLU both solve vanishing gradients"

RELU_ALONE = Kind("relu", "no norm")

RELU_WORDS = {
    "kept": "ReLU with weights made for it keeps the gradient",
    "vanishes": "ReLU alone loses the gradient",
    "explodes": "ReLU alone lets the gradient explode",
}

RULE = (
    f"Looked at are fresh networks of {DEPTH} layers with {', '.join(REPRESENTATIVES)}, without a norm and "
    "with batch norm before the activation, each with weights of its activation's own gain. A gradient is "
    "kept if its root mean square at the layer next to the input is between a tenth and ten times that at "
    "the last layer; below, it vanishes; above, it explodes. Theory predicts it for wide layers, for batches "
    f"of {BATCH_SIZE}; it is measured in {SEEDS} networks of {WIDTH} units each. ReLU solves vanishing "
    "gradients if ReLU without a norm keeps them, batch norm if every activation under it does. Supported if "
    "both do, by theory and in every network; refuted if in one of these five cases the gradient is not "
    "kept, by theory and in every network; else undecided: so where networks and theory do not agree, or a "
    "number is not finite. The effect is what a layer multiplies the squared gradient by, by theory and far "
    f"from the input, in that of the five whose gradient over all {DEPTH} layers is farthest from 1; a "
    f"factor of 1.467 makes {1.467 ** ((DEPTH - 1) / 2):,.0f} of the gradient over {DEPTH} layers, which "
    f"have {DEPTH - 1} steps between them. The activations without a norm but ReLU are shown and decide "
    "nothing."
)

COLUMNS = (
    "activation",
    "norm",
    "factor a layer, squared gradient",
    "factor a layer, gradient",
    f"over {DEPTH} layers, theory",
    "fresh networks, mean",
    "lowest to highest",
    "the gradient",
    "kept for how many layers",
)


def decide(_: Rows) -> Verdict:
    """The verdict by the rule above."""
    return verdict_on(fresh_gradients())


def verdict_on(growths: Growths) -> Verdict:
    """What the gradients of fresh networks say."""
    answer = _answer(growths)
    deciding = max(_decisive(growths), key=lambda kind: _distance(growths, kind))
    effect = growths[deciding].settled
    return Verdict(ID, TEXT, QUESTION, answer, effect, effect, effect, SEEDS, _sentence(answer, growths))


def figures(_: Rows) -> Sequence[Figure]:
    """The gradient by layer, predicted and measured, without and with batch norm."""
    growths = fresh_gradients()
    legend = (
        *(legend_entry(name, measured_style(name)) for name in REPRESENTATIVES),
        legend_entry("theory", THEORY),
    )
    caption = (
        f"Root mean square gradient by layer in fresh networks of {DEPTH} layers, over that at the last "
        f"layer. Lines with bands: mean and range over {SEEDS} networks. Dashed: theory. The grey zone is "
        "from a tenth to ten times."
    )
    return (Figure(caption, legend, tuple(growth_panel(growths, norm) for norm in NORMS)),)


def table(_: Rows) -> Table:
    """The factor of a layer and what becomes of it, theory beside measurement."""
    growths = fresh_gradients()
    notes = (
        "The factor a layer is that far from the input, where it has settled. In an infinite batch ReLU "
        "under batch norm has π/(π−1) = 1.467 for the squared gradient; small batches have more.",
        "The first layer under batch norm has another factor, as the inputs are independent of each other; "
        "it is in the product.",
        "Weights have the gain of each activation. With weights of variance 1/fan-in instead, ReLU without "
        f"a norm halves the squared gradient a layer, and over {DEPTH} layers leaves "
        f"{0.5 ** (DEPTH / 2):.0e} of it: ReLU solves nothing without the weights made for it. Under batch "
        "norm their scale cancels.",
    )
    return Table(
        "Growth of gradients from the last layer to the first",
        COLUMNS,
        tuple(_line(growths, kind) for kind in growths),
        notes,
    )


def _decisive(growths: Growths) -> tuple[Kind, ...]:
    return tuple(kind for kind in growths if kind == RELU_ALONE or kind.norm == "batch norm")


def _answer(growths: Growths) -> Answer:
    cases = [growths[kind] for kind in _decisive(growths)]
    if not all(map(_is_finite, cases)):
        return "undecided"
    if any(case.networks == {case.theory} != {"kept"} for case in cases):
        return "refuted"
    return "supported" if all(case.networks == {case.theory} for case in cases) else "undecided"


def _is_finite(growth: Growth) -> bool:
    return bool(np.all(np.isfinite(growth.predicted)) and np.all(np.isfinite(growth.measured)))


def _distance(growths: Growths, kind: Kind) -> float:
    size = abs(np.log(growths[kind].predicted[0]))
    return float(size) if np.isfinite(size) else float("inf")


def _sentence(answer: Answer, growths: Growths) -> str:
    if not all(map(_is_finite, (growths[kind] for kind in _decisive(growths)))):
        return "Not clear: a gradient is not finite, so that nothing can be said of all five cases."
    if answer == "undecided":
        return "Not clear: fresh networks and theory do not agree on whether the gradient is kept."
    agreed = [kind for kind in _batch(growths) if growths[kind].networks == {growths[kind].theory}]
    cured = listed([kind.activation for kind in agreed if growths[kind].theory == "kept"])
    if answer == "supported":
        return f"Yes: over {DEPTH} layers ReLU keeps the gradient, and batch norm does with {cured}."
    alone = growths[RELU_ALONE]
    of_relu = "for ReLU alone networks and theory do not agree"
    if alone.networks == {alone.theory}:
        of_relu = RELU_WORDS[alone.theory]
    parts = [f"batch norm keeps it with {cured}"] if cured else []
    for word, verb in (("vanishes", "loses it"), ("explodes", "lets it explode")):
        lost = [kind for kind in agreed if growths[kind].theory == word]
        if lost:
            sizes = listed([f"{kind.activation} ({_times(growths, kind)})" for kind in lost])
            parts.append(f"batch norm {verb} with {sizes}")
    unclear = listed([kind.activation for kind in _batch(growths) if kind not in agreed])
    parts += [f"with {unclear} networks and theory do not agree"] if unclear else []
    if len(agreed) == len(_batch(growths)) and not any(growths[kind].theory == "vanishes" for kind in agreed):
        parts[-1] += "; none vanishes under the norm"
    return f"No, not both: over {DEPTH} layers {of_relu}; {', but '.join(parts)}."


def _batch(growths: Growths) -> tuple[Kind, ...]:
    return tuple(kind for kind in growths if kind.norm == "batch norm")


def _times(growths: Growths, kind: Kind) -> str:
    return f"{size_in_words(float(growths[kind].predicted[0]), 2)} times"


def _line(growths: Growths, kind: Kind) -> tuple[str, ...]:
    growth = growths[kind]
    measured = growth.measured[:, 0]
    agree = growth.networks == {growth.theory}
    return (
        kind.activation,
        kind.norm,
        f"{growth.settled:.4f}",
        f"{growth.settled**0.5:.4f}",
        size_in_words(float(growth.predicted[0])),
        size_in_words(float(np.exp(np.log(measured).mean()))),
        f"{size_in_words(float(measured.min()))} to {size_in_words(float(measured.max()))}",
        growth.theory
        if agree
        else f"{growth.theory} by theory, {listed(sorted(growth.networks))} in networks",
        _layers_kept(growth.settled),
    )


def _layers_kept(settled: float) -> str:
    """Layers over which a factor stays within a tenth to ten times."""
    rate = abs(np.log(settled)) / 2.0
    return f"{np.log(KEPT) / rate:,.0f}" if rate > 1e-3 else "thousands"


CLAIM = Claim(
    id=ID,
    text=TEXT,
    source=QUESTION,
    why=(
        "Vanishing gradients are why deep networks once could not be trained. Whether both are a cure, or "
        "one of them changes a network whose gradient vanishes into one whose gradient explodes, decides "
        "how deep one may build without residual connections."
    ),
    rule=RULE,
    quantity=Quantity(
        "what a layer multiplies the squared gradient by, in the case whose gradient changes most over "
        f"{DEPTH} layers",
        "",
        1.0,
        interval=EXACT,
        counted="network",
    ),
    settings=no_runs,
    computed=(
        "the gradients of fresh networks were measured with 32-bit floats, beside theory's with 64-bit floats"
    ),
    decide=decide,
    figures=figures,
    table=table,
    turns=(
        "Fewer layers: the table's last column says up to how many each network keeps its gradient. Residual "
        "connections, or a norm after the activation, have other factors. Vanishing alone, without a word on "
        "exploding, batch norm does end: none of the factors that settle under it is below 1."
    ),
    literature=(YANG,),
)
