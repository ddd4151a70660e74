"""How a pair is drawn everywhere: the colour says the activation, the dash the norm's place."""

from typing import NamedTuple

from bnact.studies.tuned_cell import Pair

# The palette of Masataka Okabe and Kei Ito, "Color Universal Design", 2008; yellow is left out: on white
# it cannot be seen.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")

ACTIVATION_COLOURS = {
    "relu": "#0072B2",
    "sigmoid": "#D55E00",
    "tanh": "#009E73",
    "soft_sign": "#CC79A7",
    "gelu": "#E69F00",
    "silu": "#56B4E9",
    "identity": "#000000",
    "elu": "#882255",
    "leaky_relu": "#999933",
    "softplus": "#7f7f7f",
}


class Style(NamedTuple):
    """A line's colour (#rrggbb), dashes in points (on, off, ...; none is solid), and marker's name."""

    colour: str
    dashes: tuple[float, ...] = ()
    marker: str = "o"


def style_of(pair: Pair) -> Style:
    """The style of a pair: solid before, dashed after, dotted without a norm."""
    colour = ACTIVATION_COLOURS.get(pair.activation, COLOURS[sum(pair.activation.encode()) % len(COLOURS)])
    if pair.norm == "none":
        return Style(colour, (1.0, 2.0), "x")
    return Style(colour, (), "o") if pair.order == "before" else Style(colour, (5.0, 2.0), "s")


PLACEMENT_STYLES = {
    "no norm": Style("#000000", (1.0, 2.0), "x"),
    "batch norm before": Style("#0072B2", (), "o"),
    "batch norm after": Style("#D55E00", (5.0, 2.0), "s"),
}
"""Where one activation is drawn alone, the colour too says the norm's place."""


def numbered_style(position: int) -> Style:
    """The style of the n-th line of a figure whose lines have no fixed meaning."""
    dashes = ((), (5.0, 2.0), (1.0, 2.0))[position // len(COLOURS) % 3]
    return Style(COLOURS[position % len(COLOURS)], dashes, "osx^vD"[position % 6])
