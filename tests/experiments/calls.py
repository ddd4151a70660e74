"""The commands, called as their users call them, over training that costs nothing."""

from bnact import training
from experiments import report, sweep
from experiments.command import exit_code
from experiments.founding_claims import __main__ as founding_claims
from experiments.trainability_map import __main__ as trainability_map
from tests.studies.plausible_rows import plausible_row

COMMANDS = {
    "founding_claims": founding_claims.COMMAND,
    "sweep": sweep.COMMAND,
    "trainability_map": trainability_map.COMMAND,
    "report": report.COMMAND,
}


def called(name, *arguments):
    return exit_code(COMMANDS[name], [name, *arguments])


def refused(capsys, *arguments):
    assert called(*arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith("error: ")
    return err


def refuse_to_train(monkeypatch):
    """Whoever trains after this fails its test."""

    def refuse(*_):
        raise AssertionError("something was trained")

    monkeypatch.setattr(training, "trained_population", refuse)


def plausibly_trained(monkeypatch, cells=None, fails=None):
    """Trains in an instant: up to a number of cells, then as a signal ends it, and not one activation.

    Returns the list of whether each call was asked to check.
    """
    calls, checked = [], []

    def train(arrangement, settings, dataset, activations, check, norms):
        calls.append(settings)
        checked.append(check)
        if cells is not None and len(calls) > cells:
            raise KeyboardInterrupt
        if settings[0].activation == fails:
            raise FloatingPointError("a cell that breaks")
        logs = [plausible_row(setting).log for setting in settings]
        return training.Population(logs, arrangement, compiled=False)

    monkeypatch.setattr(training, "trained_population", train)
    return checked
