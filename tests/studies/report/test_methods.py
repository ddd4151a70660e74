import importlib
import math

import pytest

from bnact.studies import Rows
from bnact.studies.report.methods import methods
from bnact.training import ARCHITECTURES
from bnact.training.setting import Setting
from tests.studies.fake_runs import MANIFEST
from tests.studies.plausible_rows import plausible_rows

DIGITS = MANIFEST.data["digits"]
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


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_a_network_is_what_was_trained(name):
    said = text_of("Network", Setting(architecture=name))
    assert said.startswith(f"{name}: {ARCHITECTURES[name].description}.")
    assert ("layer norms of its own" in said) == (name == "transformer")
    others = {each.description for other, each in ARCHITECTURES.items() if other != name}
    assert not any(f": {other}." in said for other in others)


def test_the_loss_is_that_of_the_datasets_kind():
    regression = DIGITS._replace(kind="regression")
    rows = plausible_rows([Setting()])

    def said(**data):
        return dict(methods(MANIFEST._replace(data=data), rows))

    only = said(diabetes=regression)
    assert "on the squared error of a batch" in only["Training"]
    assert "Of a regression (diabetes) the accuracy is the share" in only["What is measured"]
    both = said(digits=DIGITS, diabetes=regression)
    assert "on the cross-entropy (digits) and squared error (diabetes) of a batch" in both["Training"]
    plain = said(digits=DIGITS)
    assert "on the cross-entropy of a batch" in plain["Training"]
    assert "regression" not in plain["What is measured"]


def test_intervals_are_said_to_hold_for_one_split():
    assert "hold for this one split of the data and its one test set" in text_of("Statistics", Setting())


@pytest.mark.parametrize("name", ["jax", "device", "devices", "data"])
def test_conditions_are_the_manifests(name):
    others = {"devices": 77, "data": {"digits": DIGITS._replace(hash="f" * 64)}}
    changed = MANIFEST._replace(**{name: others.get(name, "f" * 16)})
    rows = plausible_rows([Setting()])
    assert methods(changed, rows) != methods(MANIFEST, rows)


def test_without_a_run_the_versions_alone_are_said():
    assert [term for term, _ in methods(MANIFEST, Rows())] == ["Versions"]


def test_the_layout_is_that_of_the_devices_the_study_was_begun_on(monkeypatch):
    rules = importlib.import_module("bnact.distributed.arrangement")
    narrow, wide = rules.Rule(32, "vmap", 4), rules.Rule(math.inf, "map", 1)
    monkeypatch.setattr(rules, "CPU_RULES", (narrow, wide))
    settings = [Setting(width=width, seed=seed) for width in (16, 32, 64) for seed in range(9)]
    assert text_of("Layout", *settings) == (
        "The runs of a cell were split over the devices, 8 when the study began, on each of them 1 network "
        "at a time (map) at width 64 and 4 networks at a time (vmap) at width 16 and 32; the last batch is "
        "filled up, so that all are of one size. Where memory did not suffice, layouts.json beside the "
        "results has the smaller number at a time that was used."
    )
