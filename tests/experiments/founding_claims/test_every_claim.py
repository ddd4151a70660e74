import re
from pathlib import Path

import pytest

import experiments
from bnact.studies import Rows
from experiments.claims.scale import DEFAULT, QUICK
from experiments.founding_claims import CLAIMS
from tests.experiments.founding_claims.plausible_claims import SCALE, SETTINGS, decided, rows_of
from tests.studies.plausible_rows import diverged, plausible_rows

TRAINED = tuple(name for name, claim in CLAIMS.items() if claim.settings(DEFAULT))
COMPUTED = tuple(name for name in CLAIMS if name not in TRAINED)


def quality(activation, before, after=0.9, others=0.9):
    """One activation's accuracy with the norm before and after; all others have one accuracy."""

    def found(setting):
        if setting.activation != activation or setting.norm == "none":
            return others
        return before if setting.order == "before" else after

    return found


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_is_whole_and_named_as_it_is_listed(name):
    claim = CLAIMS[name]
    assert claim.id == name
    assert all((claim.text, claim.source, claim.why, claim.quantity.meaning))
    assert claim.quantity.unit in {"points", "%", "times", ""}
    assert {"Supported", "supported"} & set(re.findall(r"\w+", claim.rule))
    assert "refuted" in claim.rule
    assert "undecided" in claim.rule


@pytest.mark.parametrize("name", TRAINED)
def test_the_default_scale_is_fair(name):
    settings = CLAIMS[name].settings(DEFAULT)
    assert {setting.depth for setting in settings} >= ({2} if name == "input_scale" else {2, 8})
    assert len({setting.learning_rate for setting in settings}) >= 4
    assert len({setting.seed for setting in settings}) >= 10
    assert len(set(settings)) == len(settings)


def test_claims_share_their_cells():
    union = {setting for settings in SETTINGS.values() for setting in settings}
    assert len(union) < 0.75 * sum(map(len, SETTINGS.values()))
    assert set(SETTINGS["sigmoid_confined"]) < set(SETTINGS["sigmoid_with_norm"])


@pytest.mark.parametrize(
    ("name", "quality", "answer"),
    [
        ("sigmoid_with_norm", quality("sigmoid", 0.9), "supported"),
        ("sigmoid_with_norm", quality("sigmoid", 0.95), "supported"),
        ("sigmoid_with_norm", quality("sigmoid", 0.8), "refuted"),
        ("sigmoid_with_norm", quality("sigmoid", 0.89), "undecided"),
        ("tanh_with_norm", quality("tanh", 0.95), "supported"),
        ("tanh_with_norm", quality("tanh", 0.8), "refuted"),
        ("tanh_with_norm", quality("tanh", 0.9), "refuted"),
        ("tanh_with_norm", lambda s: 0.95 if s.activation == "tanh" and s.depth == 2 else 0.9, "undecided"),
        ("norm_after_activation", lambda s: 0.95 if s.order == "after" else 0.9, "supported"),
        ("norm_after_activation", quality("gelu", 0.95), "refuted"),
        (
            "norm_after_activation",
            lambda s: 0.95 if s.order == "after" and s.depth == 2 else 0.9,
            "undecided",
        ),
    ],
)
def test_accuracy_claims_are_decided_by_their_rule(name, quality, answer):
    verdict = decided(name, quality)
    assert verdict.verdict == answer
    assert verdict.n == 10
    assert verdict.low <= verdict.effect <= verdict.high
    assert verdict.sentence.startswith(
        {"supported": "Yes", "refuted": "No", "undecided": "Not clear"}[answer]
    )


def test_each_network_is_taken_at_its_own_best_rate():
    def quality(setting):
        best = 0.1 if setting.activation == "sigmoid" else 0.03
        return 0.9 if setting.learning_rate == best else 0.3

    # At any one rate for all, sigmoid would be far better or far worse.
    assert decided("sigmoid_with_norm", quality).verdict == "supported"


@pytest.mark.parametrize("name", TRAINED)
def test_three_seeds_decide_nothing_but_what_is_exact(name):
    claim = CLAIMS[name]
    verdict = claim.decide(plausible_rows(claim.settings(QUICK)))
    exact = name in ("sigmoid_confined", "relu_spreads")
    assert verdict.verdict == ("refuted" if exact else "undecided")


@pytest.mark.parametrize("name", TRAINED)
def test_no_rows_and_diverged_rows_are_survived(name):
    claim = CLAIMS[name]
    assert claim.decide(Rows()).verdict == "undecided"
    broken = plausible_rows(claim.settings(SCALE._replace(depths=(2,))))
    broken = Rows(tuple(diverged(row) for row in broken))
    verdict = claim.decide(broken)
    assert verdict.sentence
    assert claim.table(broken).rows
    assert claim.figures(broken)


@pytest.mark.parametrize("name", COMPUTED)
def test_what_is_computed_needs_no_run_at_any_scale_and_looks_at_none(name):
    claim = CLAIMS[name]
    assert claim.settings(QUICK) == claim.settings(SCALE) == ()
    assert claim.decide(Rows()) == claim.decide(rows_of("sigmoid_confined"))


def test_beside_the_registry_stand_claims_alone():
    folder = Path(experiments.__path__[0], "founding_claims")
    beside = {path.stem for path in folder.glob("*.py")} - {"__init__", "__main__", "claims", "report"}
    assert beside == set(CLAIMS)


def test_the_table_of_the_readme_has_every_claim_in_its_words():
    text = (Path(experiments.__path__[0]) / "README.md").read_text()
    listed = dict(re.findall(r"^\| `(\w+)\.py` \| (.*) \|$", text, re.MULTILINE))
    assert listed == {name: claim.text for name, claim in CLAIMS.items()}
    for name, claim in CLAIMS.items():
        assert Path(experiments.__path__[0], "founding_claims", f"{name}.py").is_file()
        if not claim.settings(SCALE) and name not in list(CLAIMS)[-6:]:
            assert f"`{name}`" in text, f"{name} needs no run, and the README does not say so"
