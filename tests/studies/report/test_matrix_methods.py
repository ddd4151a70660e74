from bnact.studies.claim import Costs
from bnact.studies.matrix import OVERALL
from bnact.studies.report.matrix_methods import costs_methods, matrix_methods
from tests.studies.report.made_up_claims import SCALES


def test_a_matrix_is_described_with_tasks_architectures_and_seeds():
    found = dict(matrix_methods(SCALES))
    assert found["Tasks, architectures and seeds"] == (
        "2 tasks (digits and teacher) in 2 architectures (mlp and residual_mlp), with seeds 0 to 9 and seeds "
        "10 to 19. The sets have no seed in common, and each decides every claim by itself. Depths: mlp with "
        "2 hidden layers; residual_mlp with 2 residual blocks."
    )
    assert found["One verdict of many"].startswith(OVERALL)


def test_of_one_scale_no_verdict_is_made_of_many():
    found = dict(matrix_methods(SCALES[:1]))
    assert "One verdict of many" not in found
    assert "nothing is replicated" in found["Tasks, architectures and seeds"]


def test_sets_of_seeds_that_overlap_are_said_to():
    overlapping = [SCALES[0], SCALES[0]._replace(first_seed=7)]
    text = dict(matrix_methods(overlapping))["Tasks, architectures and seeds"]
    assert "Sets have 3 seeds in common" in text
    assert "no seed in common" not in text
    # Equal seeds of two tasks are no replication of either.
    apart = [SCALES[0], SCALES[0]._replace(data="teacher", first_seed=7)]
    assert "no seed in common" in dict(matrix_methods(apart))["Tasks, architectures and seeds"]


def test_the_chance_of_a_false_refutation_follows_from_strata_and_sets_of_seeds():
    said = dict(matrix_methods(SCALES))["One verdict of many"]
    # Four pairs, each refuted only by both of its sets: 0.025^2 = 0.000625, and 1 - (1 - 0.000625)^4.
    assert "up to 2.5 % of cases; 2 sets, which must agree, in up to 0.063 %" in said
    assert "of 4 pairs it does so in up to 0.25 %" in said
    one_set = dict(matrix_methods([scale for scale in SCALES if not scale.first_seed]))
    # 1 - (1 - 0.025)^4.
    assert "of 4 pairs it does so in up to 9.6 %" in one_set["One verdict of many"]
    assert "must agree" not in one_set["One verdict of many"]


def test_times_are_said_to_decide_nothing():
    ((_, text),) = costs_methods(Costs({"relu": 1e-6}, {"relu": 1e-6}, {"a": 1e-3, "b": 1e-3}))
    assert "1 activation on (64, 64)" in text
    assert "2 networks" in text
    assert "no verdict depends on them" in text
