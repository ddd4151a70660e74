import pytest

from bnact.studies import Rows
from bnact.studies.report.methods import methods
from bnact.training.setting import Setting
from tests.studies.fake_runs import MANIFEST
from tests.studies.plausible_rows import plausible_rows

FEWER_THAN_AT_THE_END = "the last point of a curve is measured on more examples"


def text_of(term, *settings):
    return dict(methods(MANIFEST, plausible_rows(settings)))[term]


def test_what_points_look_at_is_what_the_settings_say():
    whole = text_of("What is measured", Setting(observed=2048))
    assert "Every point looks at the whole training set (its first 2,048 examples" in whole
    assert FEWER_THAN_AT_THE_END not in whole
    few = text_of("What is measured", Setting(observed=77))
    assert "Every point but the last looks at the first 77 examples" in few
    assert FEWER_THAN_AT_THE_END in few
    assert "the first 77 and 2,048 examples" in text_of(
        "What is measured", Setting(observed=77), Setting(observed=2048)
    )


def test_intervals_are_said_to_hold_for_one_split():
    assert "hold for this one split of the data and its one test set" in text_of("Statistics", Setting())


@pytest.mark.parametrize("name", ["jax", "device", "devices", "data"])
def test_conditions_are_the_manifests(name):
    others = {"devices": 77, "data": {"digits": "f" * 64}}
    changed = MANIFEST._replace(**{name: others.get(name, "f" * 16)})
    rows = plausible_rows([Setting()])
    assert methods(changed, rows) != methods(MANIFEST, rows)


def test_without_a_run_the_versions_alone_are_said():
    assert [term for term, _ in methods(MANIFEST, Rows())] == ["Versions"]
