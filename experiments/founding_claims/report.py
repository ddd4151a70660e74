"""What the report of the founding claims says besides them, and when there is one."""

from collections.abc import Sequence

from bnact.studies import Study
from bnact.studies.claim import Claim, Scale
from experiments.claims.asked import last_asked
from experiments.claims.page import Words
from experiments.claims.scale import DEFAULT, QUICK, full

from .claims import CLAIMS, STUDY
from .sources.documents import QUESTION, TEXTBOOK


def decides_without_runs(study: Study) -> bool:
    """Whether a founding claim was asked for that needs no run."""
    asked = last_asked(study.workdir, CLAIMS) if study.manifest.study == STUDY else None
    return asked is not None and any(not claim.settings(asked.scales[0]) for claim in asked.claims)


def command_of(claim: Claim, scales: Sequence[Scale]) -> str:
    """What runs a founding claim again at these scales, as a person types it."""
    scale = scales[0]
    standard = QUICK if scale.steps == QUICK.steps else DEFAULT
    size = " --full" if tuple(scales) == full(scale.seeds) else " --quick" if standard == QUICK else ""
    seeds = f" --seeds={scale.seeds}" if scale.seeds != standard.seeds else ""
    workdir = f"study{size.replace(' --', '-')}"
    flags = f"--workdir={workdir} --claims={claim.id}{size}{seeds}"
    return f".venv/bin/python -m experiments.founding_claims {flags}"


WORDS = Words(
    title="Batch normalization and activation functions: the founding claims",
    question="Which activation works best with batch normalization, does the norm mend what is wrong "
    "with sigmoid, tanh and ReLU, and should it stand before or after the activation? And does "
    "a textbook page carry its gradient backwards rightly?",
    groups={QUESTION: "From the question and its answers", TEXTBOOK: "From the textbook page"},
    command=command_of,
    advice="The full study decides: leave out --quick and --seeds.",
)
