"""The gradient on every edge: a textbook page's examples, traced, played and decided.

For example:

  .venv/bin/python -m experiments.backprop_by_edges --workdir=edges

Shows every graph as text and the verdicts, and writes DIR/index.html, a page for each graph on which its
passes can be played, and DIR/verdicts.json. Nothing is trained. Exit codes: 0 done, 2 bad input, 130 stopped.
"""

import functools
import math
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from absl import flags
from rich.console import Console
from rich.progress import track

from bnact.numerics import nearest_names
from bnact.studies import Rows, write_atomically
from bnact.studies.claim import Claim
from bnact.studies.report import html
from bnact.studies.terminal import show_verdicts
from bnact.studies.verdicts import verdicts_json
from experiments.command import DONE, Command, new_flags, numbers, run, whole_numbers
from experiments.founding_claims import CLAIMS
from experiments.founding_claims.sources.documents import TEXTBOOK
from experiments.textbook.examples import EXAMPLES, graph_of

from .page import DescentSetting, index_page

FLAGS = new_flags()
flags.DEFINE_list("examples", None, f"which graphs: {', '.join(EXAMPLES)}; default: all", flag_values=FLAGS)
flags.DEFINE_string("learning_rate", "0.01", "of the steps of gradient descent", flag_values=FLAGS)
flags.DEFINE_string("steps", "60", "of gradient descent", flag_values=FLAGS)


def prepare(values: flags.FlagValues) -> Callable[[], int]:
    """What to show.

    Raises:
      ValueError: an example is unknown, or a number is out of range.
      OSError: the work directory cannot be made.
    """
    names = named_examples(values.examples)
    descent = DescentSetting(_rate(values.learning_rate), _steps(values.steps))
    workdir = Path(values.workdir)
    made_ready(workdir)
    return functools.partial(shown, names, descent, workdir)


def made_ready(workdir: Path) -> None:
    """Makes the directory, unless its name is taken by what is not ours.

    Raises:
      ValueError: it is no directory, or holds an index.html that no run of this command wrote.
      OSError: it cannot be made.
    """
    if workdir.exists() and not workdir.is_dir():
        raise ValueError(
            f"workdir: must name a directory; got {workdir}, which is a file; use another --workdir"
        )
    if (workdir / "index.html").exists() and not (workdir / "verdicts.json").exists():
        raise ValueError(
            f"workdir: must not hold pages of somebody else; {workdir} has an index.html without a "
            "verdicts.json; use another --workdir"
        )
    workdir.mkdir(parents=True, exist_ok=True)


def named_examples(names: Sequence[str] | None) -> tuple[str, ...]:
    """The names, each once; all if there are none.

    Raises:
      ValueError: a name is unknown; the message has the nearest, or all.
    """
    if names is not None and not names:
        raise ValueError("examples: must name at least one; got none; leave the flag out for all")
    for name in names or ():
        if name not in EXAMPLES:
            near = nearest_names(name, EXAMPLES)
            raise ValueError(
                f"examples: must be names of examples; got {name!r}; "
                f"{'nearest: ' if near else 'use one of '}{', '.join(near or EXAMPLES)}"
            )
    return tuple(dict.fromkeys(names or EXAMPLES))


def _rate(text: str) -> float:
    (rate,) = numbers("learning_rate", [text])
    if not 0.0 < rate < math.inf:
        raise ValueError(f"learning_rate: must be a finite number above 0; got {text}; use for example 0.01")
    return rate


def _steps(text: str) -> int:
    (steps,) = whole_numbers("steps", [text])
    if steps < 1:
        raise ValueError(f"steps: must be at least 1; got {steps}; use for example 60")
    return steps


def textbook_claims() -> tuple[Claim, ...]:
    """The claims of the textbook page, in the order they are decided."""
    return tuple(claim for claim in CLAIMS.values() if claim.source == TEXTBOOK)


def shown(names: Sequence[str], descent: DescentSetting, workdir: Path) -> int:
    """Shows graphs and verdicts, writes the pages, and returns the exit code."""
    for name in names:
        graph = graph_of(name)
        write_atomically(workdir / f"{name}.html", graph.to_html())
        sys.stdout.write(f"{EXAMPLES[name].title}\n{graph.to_text().rstrip()}\n\n")
    claims = textbook_claims()
    verdicts = tuple(claim.decide(Rows()) for claim in _progress(claims))
    write_atomically(workdir / "verdicts.json", verdicts_json(verdicts))
    index = workdir / "index.html"
    write_atomically(index, html(index_page(names, descent, claims, verdicts)))
    show_verdicts(verdicts, CLAIMS, sys.stdout)
    sys.stdout.write(f"pages: {index}\nverdicts: {workdir / 'verdicts.json'}\n")
    return DONE


def _progress(claims: Sequence[Claim]) -> Iterable[Claim]:
    return track(claims, "claims", console=Console(file=sys.stderr), transient=True)


COMMAND = Command(__doc__ or "", FLAGS, prepare)

if __name__ == "__main__":
    run(COMMAND)
