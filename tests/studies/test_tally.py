import pytest

from bnact.studies.tally import duration_words, setting_words
from bnact.training.setting import Setting


@pytest.mark.parametrize(
    "setting, words",
    [
        (Setting(norm="none"), "relu, no norm, depth 8, width 64, learning rate 0.03"),
        (
            Setting(architecture="resnet", norm="none"),
            "resnet, relu, no norm, depth 8, width 64, learning rate 0.03",
        ),
        (
            Setting(norm="layer", order="after"),
            "relu, layer norm after, depth 8, width 64, learning rate 0.03",
        ),
        (
            Setting(kill="step"),
            "relu, batch norm before, depth 8, width 64, injured by step, learning rate 0.03",
        ),
        (
            Setting(activation="a\x1b[31m\n"),
            "a�[31m�, batch norm before, depth 8, width 64, learning rate 0.03",
        ),
    ],
)
def test_settings_in_words(setting, words):
    assert setting_words(setting) == words


def test_names_are_bounded():
    assert len(setting_words(Setting(activation="x" * 10_000, norm="y" * 10_000))) < 250


@pytest.mark.parametrize(
    "seconds, words",
    [
        (-1, "0 s"),
        (0.4, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (3599, "59 min 59 s"),
        (7260, "2 h 01 min"),
    ],
)
def test_durations_in_words(seconds, words):
    assert duration_words(seconds) == words
