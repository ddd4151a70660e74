from bnact.studies.claim import Costs
from bnact.studies.matrix import OVERALL
from bnact.studies.report.matrix_methods import costs_methods, matrix_methods
from tests.studies.report.made_up_claims import SCALES


def test_a_matrix_is_described_with_tasks_architectures_and_seeds():
    found = dict(matrix_methods(SCALES))
    assert found["Tasks, architectures and seeds"] == (
        "2 tasks (digits and teacher) in 2 architectures (mlp and residual_mlp), with seeds 0 to 9 and seeds "
        "10 to 19. The sets have no seed in common, and each decides every claim by itself."
    )
    assert "residual blocks of two linear maps" in found["Architectures"]
    assert found["One verdict of many"] == OVERALL


def test_of_one_scale_no_verdict_is_made_of_many():
    found = dict(matrix_methods(SCALES[:1]))
    assert "One verdict of many" not in found
    assert "nothing is replicated" in found["Tasks, architectures and seeds"]


def test_an_architecture_without_words_is_named():
    (_, text), *_ = matrix_methods([SCALES[0]._replace(architecture="new_net", depths=(3,))])
    assert text == "new_net; depths 3."


def test_times_are_said_to_decide_nothing():
    ((_, text),) = costs_methods(Costs({"relu": 1e-6}, {"relu": 1e-6}, {"a": 1e-3, "b": 1e-3}))
    assert "1 activation on (64, 64)" in text
    assert "2 networks" in text
    assert "no verdict depends on them" in text
