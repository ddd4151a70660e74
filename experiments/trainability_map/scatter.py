"""Measured trainable depth against the predicted one, a point for each setting."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from bnact.studies.claim import Figure, Panel
from bnact.studies.report.drawing import drawn, legend_entry
from bnact.studies.report.palette import Style, numbered_style

from .agreement import Agreement
from .comparison import Compared
from .wording import agreement_in_words

TITLE = "Trainable depth: measured against predicted"
EQUAL = Style("#8a8a8a", (4.0, 2.0), "")


def depth_scatter(settings: Sequence[Compared], agreement: Agreement) -> Figure:
    """One panel; colour and mark say the norm and its place.

    Args:
      settings: all of them.
      agreement: theirs, for the words.

    Returns:
      The figure.
    """
    placements = list(dict.fromkeys(setting.pair.placement for setting in settings))
    styles = {name: numbered_style(position) for position, name in enumerate(placements)}

    def draw(axes: Axes) -> None:
        ends = settings[0].shallowest, settings[0].deepest
        axes.set(xscale="log", yscale="log")
        axes.plot(ends, ends, color=EQUAL.colour, linestyle=(0.0, EQUAL.dashes), linewidth=1.0)
        for name, style in styles.items():
            shown = [setting for setting in settings if setting.pair.placement == name]
            axes.plot(
                [setting.visible for setting in shown],
                [setting.measured for setting in shown],
                style.marker,
                color=style.colour,
                alpha=0.75,
                clip_on=False,
            )
        ticks = [ends[0] * 2**power for power in range(20) if ends[0] * 2**power <= ends[1]]
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_ticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.minorticks_off()
        axes.set(xlabel="predicted depth", ylabel="measured depth")

    words = f"{TITLE}. {agreement_in_words(agreement)}"
    legend = tuple(legend_entry(name, style) for name, style in styles.items())
    caption = (
        f"{agreement_in_words(agreement)} Each mark is a setting; predictions beyond the depths that were "
        "trained are drawn at their edge. Dashed: equal depths. Theory claims the order alone, for how much "
        "growth of a gradient training can bear is not part of it."
    )
    return Figure(
        caption, (*legend, legend_entry("equal depths", EQUAL)), (Panel(TITLE, words, drawn("", draw)),)
    )
