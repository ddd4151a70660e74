import dataclasses
import re

import numpy as np
import pytest

from bnact.studies import Rows
from bnact.studies.report import html
from experiments.trainability_map.accuracy_map import accuracy_maps
from experiments.trainability_map.agreement import Agreement
from experiments.trainability_map.comparison import agreement_of, compared
from experiments.trainability_map.heat_map import heat_maps
from experiments.trainability_map.report import latest, map_page
from experiments.trainability_map.wording import agreement_in_words, depth_in_words, settings_table
from tests.experiments.trainability_map.maps import CHANCE, SMALL, lost_at, made_rows, without
from tests.studies import fake_runs

MANIFEST = fake_runs.MANIFEST._replace(study="trainability_map")
ROWS = made_rows()
MAPS = accuracy_maps(ROWS)
SETTINGS = compared(MAPS, CHANCE, lost_at)


@pytest.fixture(scope="module")
def page():
    return map_page(ROWS, MANIFEST, lost_at)


def test_every_pair_has_its_map_and_every_setting_its_depths_in_words():
    figure = heat_maps(MAPS, SETTINGS, CHANCE)
    assert [panel.title for panel in figure.panels] == [pair.label for pair in SMALL.weight_variances]
    for panel in figure.panels:
        for setting in SETTINGS:
            if setting.pair.label == panel.title:
                assert f"{setting.weight_variance:g}: predicted {setting.predicted:.3g}" in panel.alternative
    assert [entry.label.split(":")[0] for entry in figure.legend] == ["predicted trainable depth", "measured"]


def test_the_map_moves_with_the_prediction_and_with_the_accuracies():
    drawn = heat_maps(MAPS, SETTINGS, CHANCE).panels[0].svg
    assert drawn == heat_maps(MAPS, SETTINGS, CHANCE).panels[0].svg
    moved = tuple(setting._replace(predicted=1.2 * setting.predicted) for setting in SETTINGS)
    assert heat_maps(MAPS, moved, CHANCE).panels[0].svg != drawn
    darker = tuple(each._replace(accuracy=0.9 * each.accuracy) for each in MAPS)
    assert heat_maps(darker, SETTINGS, CHANCE).panels[0].svg != drawn


def test_every_cell_of_a_map_is_lettered_and_a_missing_one_is_not():
    def letters(maps):
        return len(re.findall(r'<g id="text_', heat_maps(maps, SETTINGS, CHANCE).panels[1].svg))

    relu = MAPS[1]
    holed = relu._replace(accuracy=np.where(relu.accuracy == relu.accuracy.max(), np.nan, relu.accuracy))
    assert letters(MAPS) - letters((MAPS[0], holed, MAPS[2])) == 1


def test_the_report_has_the_agreement_the_maps_the_table_the_method_and_the_command(page):
    agreement = agreement_of(SETTINGS)
    text = html(page)
    assert f"Spearman {agreement.spearman:.2f} ({len(SMALL.places)} settings; of too few" in page.summary
    assert text.count('width="350" height="250"') == len(SMALL.weight_variances) + 1
    assert not re.search(r'<img[^>]*alt=""[^>]*width="350"', text)
    assert "--activation=relu,tanh --norm=batch,none" in text
    assert "--steps=10 --seeds=2 --depth=4,8,16,32 --learning_rate=0.01,0.1" in text
    assert "first falls below half way" in text
    assert not re.search(r"(?:https?:)?//[a-z]", text)
    assert page.notices == ()


def test_the_table_has_every_setting_the_worst_misjudged_first():
    table = settings_table(SETTINGS, MAPS)
    assert len(table.rows) == len(SETTINGS)
    assert {len(row) for row in table.rows} == {len(table.columns)}
    at = table.columns.index("rank difference")
    differences = [abs(float(row[at].replace("\N{MINUS SIGN}", "-"))) for row in table.rows]
    assert differences == sorted(differences, reverse=True)


def test_a_depth_at_an_end_of_those_that_were_trained_is_said_to_be_beyond_it():
    setting = SETTINGS[0]
    assert depth_in_words(np.inf, setting) == "\N{GREATER-THAN OR EQUAL TO} 32"
    assert depth_in_words(1.0, setting) == "\N{LESS-THAN OR EQUAL TO} 4"
    assert depth_in_words(9.96, setting) == "10.0"


def test_runs_that_are_missing_are_said_to_be():
    page = map_page(without(ROWS, activation="tanh", norm="none", depth=8), MANIFEST, lost_at)
    assert page.notices[0].startswith("3 settings left out for lack of runs at some depth")
    assert html(page)


def test_an_agreement_is_said_with_its_interval():
    words = agreement_in_words(Agreement(0.912, 0.834, 0.957, 48))
    assert words == "Spearman 0.91 (95 % interval 0.83 to 0.96, 48 settings)."


def test_a_single_setting_is_reported_without_an_agreement():
    one = Rows(tuple(row for row in ROWS if row.setting.activation == "relu" and row.setting.gain == 1.0))
    assert "No rank agreement can be told: 1 setting" in map_page(one, MANIFEST, lost_at).summary


def test_runs_at_another_scale_are_not_mixed_in():
    longer = tuple(row._replace(setting=dataclasses.replace(row.setting, steps=20)) for row in ROWS.rows[:3])
    assert latest(Rows((*longer, *ROWS))).rows == ROWS.rows
    assert latest(Rows((*ROWS, *longer))).rows == longer
