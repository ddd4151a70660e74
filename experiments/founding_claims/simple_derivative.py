"""Is ReLU's simple derivative an advantage?

Of the function alone surely. But nobody computes an activation alone: it stands behind a matrix product and a
norm, and what counts is what it saves of those.
"""

import math
from collections.abc import Mapping, Sequence

from bnact.activations import ACTIVATIONS
from bnact.studies.claim import Answer, Claim, Costs, Figure, Quantity, Table, Verdict
from bnact.studies.report.drawing import legend_entry
from bnact.studies.report.palette import COLOURS, Style
from bnact.studies.report.wording import EXACT, listed, percent, plain, signed
from bnact.studies.rows import Rows
from experiments.claims.activations import ALL, OTHERS
from experiments.claims.scale import no_runs
from experiments.claims.timed import TIMED_NETWORK, network_name

from .accuracy.duels import before
from .cost.activation_work import BATCH_SIZE, alone, in_pair
from .cost.relu_savings import (
    ADVANTAGE,
    WIDTHS,
    Savings,
    a_number,
    alone_panel,
    saving_panel,
    savings,
)
from .sources.documents import QUESTION

ID = "simple_derivative"
TEXT = "ReLU's simple derivative is an advantage"

RULE = (
    "Counted, not timed, is what value and gradient take: floating point operations as XLA counts them in "
    "the program before it optimizes it (a transcendental function as one), and bytes that the forward pass "
    f"keeps for the backward pass; for ReLU and {', '.join(OTHERS)}; in a training step of a layer, that is "
    f"a dense map of {' or '.join(map(str, WIDTHS))} units, batch norm and the activation, on {BATCH_SIZE} "
    "examples. ReLU saves what its layer takes less, as a share of the other's. An advantage is a saving of "
    f"{percent(ADVANTAGE, 0)} or more in operations or in bytes. Supported if ReLU has one over every other "
    f"at both widths; refuted if it has one over none at {WIDTHS[-1]} units, whatever it has at "
    f"{WIDTHS[0]}; else undecided, so where a count is missing. The effect is its largest saving in "
    f"operations at {WIDTHS[-1]} units. The activation alone, and together with the norm alone, is shown "
    "and decides nothing; nor does any measured time."
)

COLUMNS = (
    "activation",
    "alone: operations a number",
    "transcendental",
    "bytes kept a number",
    "with batch norm: operations a number",
    "times ReLU's",
    *(f"ReLU saves in a layer of {width} (operations)" for width in WIDTHS),
    *(f"ReLU saves in a layer of {width} (bytes)" for width in WIDTHS),
)


def decide(_: Rows) -> Verdict:
    """The verdict by the rule above."""
    return verdict_on(savings())


def verdict_on(found: Savings) -> Verdict:
    """What the counts say."""
    answer = _answer(found)
    wide = {name: saving for (name, width), saving in found.items() if width == WIDTHS[-1]}
    effect = max((saving.operations for saving in wide.values()), default=math.nan)
    sentence = _sentence(answer, found)
    return Verdict(ID, TEXT, QUESTION, answer, effect, effect, effect, len(found), sentence)


def _is_counted(found: Savings) -> bool:
    return bool(found) and all(saving.is_counted for saving in found.values())


def _answer(found: Savings) -> Answer:
    if not _is_counted(found):
        return "undecided"
    if all(saving.is_advantage for saving in found.values()):
        return "supported"
    wide = any(saving.is_advantage for (_, width), saving in found.items() if width == WIDTHS[-1])
    return "undecided" if wide else "refuted"


def figures(_: Rows) -> Sequence[Figure]:
    """Operations of the activation alone, and what ReLU saves of a layer."""
    styles = [Style(COLOURS[0], (), "o"), Style(COLOURS[1], (), "s")]
    legend = tuple(
        legend_entry(f"layer of {width} units", style) for width, style in zip(WIDTHS, styles, strict=True)
    )
    caption = (
        "Left: what value and gradient of the activation alone take. Right: what of a layer's training step "
        f"ReLU saves against it. Dashed: {percent(ADVANTAGE, 0)}, from where it counts as an advantage."
    )
    return (Figure(caption, legend, (alone_panel(), saving_panel(savings(), styles))),)


def table(_: Rows) -> Table:
    """The counts of every registered activation, and what ReLU saves against those compared."""
    found = savings()
    names = (*ALL, *(name for name in ACTIVATIONS if name not in ALL))
    notes = (
        "Bytes: what the forward pass leaves to the backward pass. bnact keeps an activation's input, which "
        "the norm before it needs as well, and never its output or a mask; so ReLU keeps no less than "
        "others.",
        "A share with no sign is what ReLU's layer takes less than the other's.",
        "Below the compared activations: every other that is registered, alone.",
    )
    return Table("What value and gradient take", COLUMNS, tuple(_line(found, name) for name in names), notes)


def clock(_: Rows, costs: Costs) -> Table:
    """Measured seconds on the machine at hand; they decide nothing."""
    names = [name for name in ALL if name in costs.value and name in costs.gradient]
    lines = tuple(
        (
            name,
            *(f"{1e6 * each[name]:.2f}" for each in (costs.value, costs.gradient)),
            _ratio(costs.gradient, name, "relu"),
            _ratio(costs.step, *(network_name(before(each)) for each in (name, "relu"))),
        )
        for name in names
    )
    columns = (
        "activation",
        "value (µs)",
        "value and gradient (µs)",
        "times ReLU's",
        "a training step, times ReLU's",
    )
    note = (
        f"Activations on (64, 64) numbers; training steps of the {TIMED_NETWORK}. –: noise was larger than "
        "what was measured, or it was not measured."
    )
    return Table("Measured on this machine; decides nothing", columns, lines, (note,))


def _ratio(seconds: Mapping[str, float], name: str, reference: str) -> str:
    if name not in seconds or reference not in seconds:
        return "–"
    return f"{seconds[name] / seconds[reference]:.2f}"


def _line(found: Savings, name: str) -> tuple[str, ...]:
    work = alone(name, WIDTHS[0])
    own = (
        name,
        *(plain(a_number(count), 0) for count in (work.operations, work.transcendentals, work.kept)),
    )
    if name not in ALL:
        return (*own, *[""] * (len(COLUMNS) - len(own)))
    pair, of_relu = (in_pair(each, WIDTHS[0]).operations for each in (name, "relu"))
    with_norm = (*own, plain(a_number(pair), 0), plain(pair / of_relu, 2))
    if name == "relu":
        return (*with_norm, *["–"] * (len(COLUMNS) - len(with_norm)))
    saved = [found[name, width] for width in WIDTHS]
    return (*with_norm, *(percent(s.operations) for s in saved), *(percent(s.kept) for s in saved))


def _sentence(answer: Answer, found: Savings) -> str:
    if not _is_counted(found):
        return "There is nothing to decide from: not every operation could be counted."
    ranges = {width: _range(found, width) for width in WIDTHS}
    in_words = listed([f"{low} to {high} in one of {width} units" for width, (low, high) in ranges.items()])
    if answer == "supported":
        return (
            f"Yes: of the operations of a layer's training step ReLU saves {in_words}, or as much of the "
            "bytes kept."
        )
    if answer == "refuted":
        return (
            f"No: of the operations of a layer's training step ReLU saves {in_words}, for the matrix product "
            f"outweighs any activation. {_of_bytes(found)}"
        )
    having = [f"{name} at {width}" for (name, width), saving in found.items() if saving.is_advantage]
    return (
        f"Not clear: of a layer's operations ReLU saves {in_words}; an advantage only over {listed(having)}."
    )


def _range(found: Savings, width: int) -> tuple[str, str]:
    shares = [saving.operations for (_, each), saving in found.items() if each == width]
    return signed(100 * min(shares)).removeprefix("+"), percent(max(shares))


def _of_bytes(found: Savings) -> str:
    most = max(saving.kept for saving in found.values())
    return (
        "It keeps as many bytes as they do."
        if most == 0.0
        else f"Of the bytes it saves up to {percent(most)}."
    )


CLAIM = Claim(
    id=ID,
    text=TEXT,
    source=QUESTION,
    why=(
        "Cheapness is the oldest reason for ReLU. If it vanishes beside the matrix product, the choice of an "
        "activation is free to follow accuracy alone."
    ),
    rule=RULE,
    quantity=Quantity(
        f"operations of a layer's training step at {WIDTHS[-1]} units that ReLU saves, against the "
        "activation where it saves most",
        "%",
        100.0,
        interval=EXACT,
        counted="comparison",
    ),
    settings=no_runs,
    computed="the operations of programs on 32-bit floats were counted, and nothing was run",
    decide=decide,
    figures=figures,
    table=table,
    turns=(
        "Layers in which an activation meets fewer multiplications: narrow ones, depthwise convolutions, or "
        "an activation that stands alone. Hardware on which a transcendental function costs as much as "
        "dozens of multiplications; memory that is kept as one bit of a mask where the norm does not need "
        "the input."
    ),
    clock=clock,
)
