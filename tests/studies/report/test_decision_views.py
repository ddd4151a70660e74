import pytest

from bnact.studies.comparison import Decision
from bnact.studies.report.decision_views import decision_figures
from bnact.training.setting import Setting
from tests.studies.plausible_rows import plausible_rows


def labels(*settings):
    (figure,) = decision_figures(Decision("undecided", (), None), plausible_rows(settings), "words")
    return [entry.label for entry in figure.legend]


@pytest.mark.parametrize(
    "changed, ends",
    [
        ({"width": 16}, ("width 64", "width 16")),
        ({"kill": "bias"}, ("injury none", "injury bias")),
        ({"architecture": "residual_mlp"}, ("mlp", "residual_mlp")),
        ({"data": "wine"}, ("digits", "wine")),
        ({"steps": 50}, ("steps 300", "steps 50")),
        ({"gain": 2.0}, ("gain 1.0", "gain 2.0")),
    ],
)
def test_networks_that_differ_have_lines_of_their_own(changed, ends):
    found = labels(*(Setting(depth=depth, **each) for depth in (2, 8) for each in ({}, changed)))
    assert found == [f"relu, batch norm before, {end}" for end in ends]


def test_what_all_share_is_not_said_and_depths_make_one_line():
    assert labels(Setting(depth=2), Setting(depth=8), Setting(activation="tanh", gain=1.6)) == [
        "relu, batch norm before",
        "tanh, batch norm before",
    ]
