"""The command as its users call it, over training that costs nothing."""

import html

import pytest

from bnact import training
from experiments.trainability_map.maps import DEFAULT, QUICK, settings_of
from tests.experiments.calls import called, plausibly_trained, refuse_to_train, refused
from tests.experiments.trainability_map.maps import made_row

TINY = (
    "--activation=tanh,relu",
    "--norm=none,batch",
    "--weight_variance=0.5,1,2",
    "--depth=2,4",
    "--learning_rate=0.1",
    "--steps=5",
    "--seeds=2",
)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--activation=tahn", "--weight_variance=1,2"), "nearest: tanh"),
        (("--activation=step", "--weight_variance=1,2"), "must not jump"),
        (("--activation=tanh",), "weight_variance: maps of your own need"),
        (("--norm=batch",), "activation: maps of your own need"),
        (("--activation=tanh", "--weight_variance=1"), "weight_variance: must have at least 2 values"),
        (("--activation=tanh", "--weight_variance=0,1"), "weight_variance: must be finite and above 0"),
        (("--activation=tanh", "--weight_variance=-1,1"), "weight_variance: must be finite and above 0"),
        (("--activation=tanh", "--weight_variance=nan,1"), "weight_variance: must be finite and above 0"),
        (("--activation=tanh", "--weight_variance=1,2", "--norm=group"), "norm"),
        (("--activation=tanh", "--weight_variance=1,2", "--norm=layer", "--order=behind"), "order"),
        (("--depth=4",), "depth: must have at least 2 values"),
        (("--depth=4,4",), "all different; got 4, 4"),
        (("--depth=0,4",), "depth must be at least 1; got depth=0"),
        (("--depth=4,many",), "must be whole numbers"),
        (("--learning_rate=-1",), "learning_rate must be a finite number above 0"),
        (("--steps=0",), "steps must be at least 1"),
        (("--seeds=0",), "seeds must be a whole number of at least 1; got 0"),
    ],
)
def test_bad_input_is_answered_on_one_line_and_costs_nothing(arguments, words, capsys, monkeypatch, tmp_path):
    refuse_to_train(monkeypatch)
    workdir = tmp_path / "work"
    assert words in refused(capsys, "trainability_map", *arguments, f"--workdir={workdir}")
    assert not workdir.exists()


@pytest.mark.slow
def test_a_run_shows_the_agreement_and_its_report_is_rebuilt_byte_for_byte(capsys, monkeypatch, tmp_path):
    plausibly_trained(monkeypatch)
    assert called("trainability_map", f"--workdir={tmp_path}", *TINY) == 0
    shown = capsys.readouterr().out
    assert "48 networks were trained. Predicted and measured trainable depth: " in shown
    assert f"report: {tmp_path / 'report.html'}" in shown
    page = (tmp_path / "report.html").read_bytes()
    given = "--activation=relu,tanh --norm=batch,none --order=before --weight_variance=0.5,1,2"
    assert given in html.unescape(page.decode())
    refuse_to_train(monkeypatch)
    (tmp_path / "report.html").unlink()
    assert called("report", f"--workdir={tmp_path}") == 0
    assert (tmp_path / "report.html").read_bytes() == page


@pytest.mark.slow
def test_a_study_that_was_stopped_goes_on_with_what_it_lacks(monkeypatch, tmp_path):
    plausibly_trained(monkeypatch, cells=5)
    with pytest.raises(BaseException):  # noqa: B017, PT011
        called("trainability_map", f"--workdir={tmp_path}", *TINY)
    trained = []

    def train(arrangement, settings, dataset, activations, check, norms):
        trained.append(settings[0].cell)
        logs = [made_row(setting).log for setting in settings]
        return training.Population(logs, arrangement, compiled=False)

    monkeypatch.setattr(training, "trained_population", train)
    assert called("trainability_map", f"--workdir={tmp_path}", *TINY) == 0
    assert len(trained) == len(set(trained)) == 2 * 2 * 3 * 2 - 5
    assert called("trainability_map", f"--workdir={tmp_path}", *TINY) == 0
    assert len(trained) == 2 * 2 * 3 * 2 - 5


@pytest.mark.slow
def test_runs_that_fail_give_code_1_and_the_rest_is_reported(monkeypatch, capsys, tmp_path):
    plausibly_trained(monkeypatch, fails="relu")
    assert called("trainability_map", f"--workdir={tmp_path}", *TINY) == 1
    out, err = capsys.readouterr()
    assert "a cell that breaks" in err
    assert "6 settings" in out


@pytest.mark.slow
def test_a_tiny_map_is_really_trained(capsys, tmp_path):
    arguments = ("--activation=tanh", "--weight_variance=0.001,1", "--depth=1,2", "--learning_rate=0.1")
    assert called("trainability_map", f"--workdir={tmp_path}", *arguments, "--steps=30", "--seeds=1") == 0
    assert "4 networks were trained" in capsys.readouterr().out


def test_the_whole_study_has_settings_enough_and_the_quick_one_is_a_twentieth_of_it():
    assert len(DEFAULT.places) >= 40
    work = [sum(each.depth * each.steps for each in settings_of(maps)) for maps in (DEFAULT, QUICK)]
    assert work[1] < work[0] / 20
