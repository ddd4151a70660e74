"""Do steps approach the optimum, and what does noise make of it?"""

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from bnact.studies.claim import Claim, Figure, Panel, Quantity, Table, Verdict
from bnact.studies.report.drawing import AxesLook, Series, drawn, legend_entry, line_panel
from bnact.studies.report.palette import COLOURS, Style
from bnact.studies.report.wording import significant
from bnact.studies.rows import Rows
from experiments.claims.scale import no_runs
from experiments.textbook.noise_study import (
    BATCH_SIZES,
    MOMENTS_AT,
    RATE,
    RATES,
    RUNS,
    SLOPE,
    STEPS,
    Cell,
    Noise,
    deviations,
    noise_study,
    observations_of,
)
from experiments.textbook.noisy_descent import stationary_distance

from .sources.documents import TEXTBOOK
from .textbook.exactly import BOUND, BOUND_IN_WORDS

ID, TEXT = "noise", "steps approach the optimum, ignoring noise in the data"

MOST = 4.0
"""Standard errors within which a simulated moment counts as the closed form's."""

DECIDING, SLOWER, LARGER = Cell(RATE, 1), Cell(RATES[0], 1), Cell(RATE, BATCH_SIZES[-1])
"""What the effect is of, and what the sentence has beside it."""

RULE = (
    "32 examples y = 2.5 x + noise, x about 2, are descended from v = 0: without noise, by minibatches of "
    "one; with noise of standard deviation 1, by the traced mean loss of all examples; and with noise by "
    f"minibatches of 1 and 8 at rates {', '.join(f'{rate:g}' for rate in RATES)}, {RUNS:,} simulated runs of "
    f"{STEPS} steps each. The mean distance to the optimum and its mean square have closed forms. Supported "
    f"if the first two come to the optimum, to {BOUND_IN_WORDS}, and if with noise mean and mean square are "
    f"the closed form's at every rate, batch size and of {len(MOMENTS_AT)} moments, within {MOST:g} standard "
    "errors; refuted if one of the first two does not come to the optimum; undecided if simulation and "
    "closed form do not agree. The effect is the simulated root mean square distance after the last step at "
    "the page's rate 0.01 with minibatches of one; the sentence has the one at a smaller rate, and the one "
    "with larger minibatches, beside it."
)


def decide(_: Rows) -> Verdict:
    """The verdict by the rule above."""
    return verdict_on(noise_study())


def verdict_on(noise: Noise) -> Verdict:
    """What the steps say."""
    moments, errors = noise.simulated[DECIDING]
    square, error = moments.square[-1], errors.square[-1]
    low, effect, high = (math.sqrt(max(0.0, square + sign * 1.96 * error)) for sign in (-1, 0, 1))
    agree = bool(np.all(np.abs(deviations(noise)) <= MOST))
    if not (noise.clean <= BOUND and noise.whole <= BOUND):
        answer, sentence = "refuted", "No: even without noise in the steps, they do not come to the optimum."
    elif not agree:
        answer, sentence = "undecided", "Not clear: simulated steps and the closed form do not agree."
    else:
        answer = "supported"
        sentence = (
            "Yes: without noise the steps come to the optimum. With noisy examples and minibatches only "
            f"their mean does: single runs stay about {effect:.2g} away at rate {RATE:g} with minibatches of "
            f"one, {_distance(noise, SLOWER):.2g} at rate {SLOWER.learning_rate:g}, and "
            f"{_distance(noise, LARGER):.2g} with minibatches of {LARGER.batch_size}."
        )
    return Verdict(ID, TEXT, TEXTBOOK, answer, effect, low, high, RUNS, sentence)


def _distance(noise: Noise, cell: Cell) -> float:
    """The simulated root mean square distance after the last step."""
    return math.sqrt(noise.simulated[cell].moments.square[-1])


def style_of_size(size: int) -> Style:
    """Colour and marker of a batch size."""
    return Style(COLOURS[BATCH_SIZES.index(size)], (), "os"[BATCH_SIZES.index(size)])


CLOSED = Style("#000000", (4.0, 1.5), "")
DISTANCES = (0.02, 0.05, 0.1, 0.2)


def figures(_: Rows) -> Sequence[Figure]:
    """The distance over the steps, and where it stays against the rate."""
    noise = noise_study()
    legend = (
        *(legend_entry(f"simulated, batch of {size}", style_of_size(size)) for size in BATCH_SIZES),
        legend_entry("closed form", CLOSED),
    )
    caption = (
        f"Root mean square distance of v from the optimum over {RUNS:,} runs. It falls as without noise, "
        "until the noise of the steps holds it: at a smaller rate the steps come closer, and later."
    )
    panels = (*(_over_steps(noise, rate) for rate in (RATES[0], RATES[-1])), _against_rate(noise))
    return (Figure(caption, legend, panels),)


def _over_steps(noise: Noise, rate: float) -> Panel:
    every = np.arange(0, STEPS + 1, STEPS // 20)
    series, words = [], []
    for size in BATCH_SIZES:
        cell = Cell(rate, size)
        found, exact = (
            np.sqrt(moments.square) for moments in (noise.simulated[cell].moments, noise.exact[cell])
        )
        series.append(_series(f"batch of {size}", style_of_size(size), every, found[every]))
        series.append(_series("closed form", CLOSED, every, exact[every]))
        words.append(
            f"batch of {size}: {found[0]:.2g}, {found[100]:.2g} after 100 steps, {found[-1]:.2g} after "
            f"{STEPS}"
        )
    alternative = f"Distance over the steps at rate {rate:g}: {'; '.join(words)}. The closed form lies on it."
    look = AxesLook("step", "distance from the optimum", "numbers", "powers")
    return line_panel(f"Rate {rate:g}", alternative, series, look)


def _against_rate(noise: Noise) -> Panel:
    examples, title = observations_of(1.0), "Distance against step size"
    fine = np.geomspace(0.7 * RATES[0], 1.4 * RATES[-1], 60)
    found = {
        size: np.sqrt([noise.simulated[Cell(rate, size)].moments.square[-1] for rate in RATES])
        for size in BATCH_SIZES
    }

    def draw(axes: Axes) -> None:
        axes.set(xscale="log", yscale="log", xlabel="learning rate", ylabel="distance they stay at")
        for size, distances in found.items():
            style = style_of_size(size)
            axes.plot(RATES, distances, color=style.colour, marker=style.marker, linestyle="none")
            exact = [stationary_distance(examples, size, rate) for rate in fine]
            axes.plot(fine, exact, color=CLOSED.colour, linestyle=(0.0, CLOSED.dashes), linewidth=1.1)
        axes.set_xticks(RATES, [f"{rate:g}" for rate in RATES])
        axes.set_yticks(DISTANCES, [f"{distance:g}" for distance in DISTANCES])
        axes.minorticks_off()

    words = "; ".join(
        f"batch of {size}: from {distances[0]:.2g} to {distances[-1]:.2g}"
        for size, distances in found.items()
    )
    alternative = (
        f"Distance at which the steps stay against the learning rate, from {RATES[0]:g} to {RATES[-1]:g}: "
        f"{words}. The closed form lies on it."
    )
    return Panel(title, alternative, drawn(title, draw))


def _series(label: str, style: Style, x: np.ndarray, y: np.ndarray) -> Series:
    return Series(label, style, np.asarray(x, np.float64), y, y, y)


COLUMNS = (
    "learning rate",
    "batch",
    "distance it stays at, closed form",
    "after the last step, exact",
    "simulated",
    "largest deviation (standard errors)",
)


def table(_: Rows) -> Table:
    """Where the steps stay, in closed form and simulated, for every rate and batch size."""
    noise, examples = noise_study(), observations_of(1.0)
    rows = tuple(
        (
            f"{cell.learning_rate:g}",
            str(cell.batch_size),
            f"{stationary_distance(examples, cell.batch_size, cell.learning_rate):.4f}",
            f"{math.sqrt(exact.square[-1]):.4f}",
            f"{_distance(noise, cell):.4f}",
            f"{np.abs(deviations(_alone(noise, cell))).max():.1f}",
        )
        for cell, exact in noise.exact.items()
    )
    notes = (
        "Closed form: the distance's mean square is ηE[R²] / (E[A] − ηE[A²]), with η the rate, A = mean x² "
        "and R = mean x·r of a minibatch, r the residuals at the optimum.",
        f"Without noise, minibatches of one: {significant(noise.clean, 2)} after {STEPS} steps. With noise, "
        f"every step on all examples: {significant(noise.whole, 2)}, from an optimum that the noise itself "
        f"has moved from {SLOPE:g} to {examples.optimum:.4f}.",
    )
    return Table("Distance from the optimum against step size", COLUMNS, rows, notes)


def _alone(noise: Noise, cell: Cell) -> Noise:
    return noise._replace(exact={cell: noise.exact[cell]})


CLAIM = Claim(
    id=ID,
    text=TEXT,
    source=TEXTBOOK,
    why=(
        "Real data are noisy, and steps use minibatches. How close a constant learning rate can come is why "
        "rates are lowered at the end of training."
    ),
    rule=RULE,
    quantity=Quantity(
        "root mean square distance from the optimum at rate 0.01, minibatches of one, simulated",
        "",
        1.0,
        interval="95 % interval",
        counted="run",
    ),
    settings=no_runs,
    decide=decide,
    figures=figures,
    table=table,
    turns=(
        "Steps that without noise do not come to the optimum refute it. A simulation more than four standard "
        "errors off its closed form at any rate, batch size or moment leaves it undecided."
    ),
)
