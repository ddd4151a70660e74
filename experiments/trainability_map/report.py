"""The maps as one page."""

import dataclasses
import sys
from collections.abc import Sequence

from bnact.studies import Manifest, Rows, Study, write_atomically
from bnact.studies.counted import counted
from bnact.studies.report import Page, Section, html
from bnact.studies.report.claim_section import runs_in_words
from bnact.studies.report.methods import Methods, methods
from bnact.training.setting import Setting

from .accuracy_map import AccuracyMap, accuracy_maps
from .asked import command_of
from .comparison import Compared, Predicted, agreement_of, compared, predicted_depth
from .heat_map import heat_maps
from .maps import CLASSES
from .scatter import depth_scatter
from .wording import agreement_in_words, settings_table

QUESTION = "Does theory know, before any training, at which depth a network stops training?"

HOW_MEASURED = (
    "The measured trainable depth of a setting (a pair and a weight variance) is where its test accuracy "
    "first falls below half way between chance and the best of the pair's map, interpolated in the "
    "logarithm of depth. Where it never falls, or is below from the first depth on, all that is known is "
    "that the depth lies beyond that end: it is set to the end, and so is a prediction beyond it. Equal "
    "values share the mean of their ranks."
)
HOW_PREDICTED = (
    "bnact.theory.trainable_depth follows a signal and its gradient through infinitely wide random layers, "
    "and says after how many of them what is left is beyond its fixed limits. It knows the activation, the "
    "norm, its place, the batch size and the weight variance; not the data, the width, the learning rates "
    "or how long is trained. So its depths may all be off by one factor, and only their order is judged."
)
AGREEMENT = (
    "Spearman's rank correlation over the settings. Its interval is the central 95 % of 10,000 seeded "
    "bootstrap resamples that draw whole pairs, for the settings of a pair err together; it covers which "
    "pairs were chosen, not the noise of seeds."
)


def publish(study: Study, rows: Rows) -> None:
    """Shows the agreement and writes report.html.

    Args:
      study: what is published.
      rows: the runs of one study of maps.

    Raises:
      StudyError: the file cannot be written.
    """
    if not len(rows):
        sys.stdout.write("no run is done: there is nothing to report\n")
        return
    page = map_page(rows, study.manifest, predicted_depth)
    path = study.workdir / "report.html"
    write_atomically(path, html(page))
    sys.stdout.write(f"{page.summary}\n")
    for notice in page.notices:
        sys.stdout.write(f"{notice}\n")
    sys.stdout.write(f"report: {path}\n")


def latest(rows: Rows) -> Rows:
    """Of all runs of a directory those that were trained as the last one was: as wide, and for as long."""
    *_, last = rows
    return Rows(tuple(row for row in rows if _scale(row.setting) == _scale(last.setting)))


def map_page(rows: Rows, manifest: Manifest, predicted: Predicted) -> Page:
    """The report's page, made from results and theory alone.

    Args:
      rows: of one study of maps, at least one.
      manifest: the conditions of the study.
      predicted: what theory says.

    Returns:
      The page.
    """
    chance = 1.0 / CLASSES
    maps = accuracy_maps(rows)
    settings = compared(maps, chance, predicted)
    return Page(
        title="How deep may a network be? Predicted and measured",
        question=QUESTION,
        summary=_summary(rows, settings),
        sections=(_agreement_section(settings, maps), _maps_section(rows, maps, settings, chance)),
        methods=_methods(manifest, rows),
        notices=_notices(maps, settings),
    )


def _scale(setting: Setting) -> Setting:
    """What all runs of one study of maps have in common."""
    return dataclasses.replace(
        setting, activation="", norm="", order="", depth=0, gain=0.0, learning_rate=0.0, seed=0
    )


def _summary(rows: Rows, settings: Sequence[Compared]) -> str:
    were = "network was" if len(rows) == 1 else "networks were"
    return (
        f"{len(rows):,} {were} trained. Predicted and measured trainable depth: "
        f"{agreement_in_words(agreement_of(settings))}"
    )


def _agreement_section(settings: Sequence[Compared], maps: Sequence[AccuracyMap]) -> Section:
    return Section(
        id="agreement",
        heading="Predicted and measured depth",
        paragraphs=(("How it is measured", HOW_MEASURED), ("How it is predicted", HOW_PREDICTED)),
        figures=(depth_scatter(settings, agreement_of(settings)),) if settings else (),
        tables=(settings_table(settings, maps),) if settings else (),
    )


def _maps_section(
    rows: Rows, maps: Sequence[AccuracyMap], settings: Sequence[Compared], chance: float
) -> Section:
    return Section(
        id="maps",
        heading="The maps",
        paragraphs=(("What was done", runs_in_words(rows)),),
        figures=(heat_maps(maps, settings, chance),),
        command=command_of(rows),
    )


def _notices(maps: Sequence[AccuracyMap], settings: Sequence[Compared]) -> tuple[str, ...]:
    missing = sum(len(each.weight_variances) for each in maps) - len(settings)
    if not missing:
        return ()
    return (
        f"{counted(missing, 'setting')} left out for lack of runs at some depth; the same command trains "
        "what is missing.",
    )


def _methods(manifest: Manifest, rows: Rows) -> Methods:
    """What holds for every study, with what differs here: the weights, and what is counted."""
    usual = dict(methods(manifest, rows))
    network = (
        "Fully connected: hidden layers of equal width, each a linear map, the norm and the activation in "
        "the order named, then a linear output. Hidden weights are normal with the variance that the map "
        "names, divided by the fan-in; the output's have variance 1/fan-in, and biases begin at 0. A seed "
        "chooses the initial weights and the order of the data and nothing else."
    )
    choice = (
        "For each network (setting and depth) the learning rate with the highest mean validation accuracy "
        "over the seeds after the last step; of equal ones the smaller. A diverged run counts as accuracy "
        "0. Accuracies are then read off the test set, which chose nothing."
    )
    return (
        ("Data", usual["Data"]),
        ("Network", network),
        ("Training", usual["Training"]),
        ("Choice of the learning rate", choice),
        ("Rank agreement", AGREEMENT),
        ("Versions", usual["Versions"]),
    )
