"""The catalogue of activations: what it says of one, and how it draws it."""

from bnact.activations import get
from experiments.catalogue.activations.facts import Accuracy, entry_of, facts_of
from experiments.catalogue.activations.picture import picture
from experiments.catalogue.activations.table import markdown


def test_the_facts_in_words():
    facts = facts_of(get("relu"))
    assert facts["range"] == "[0, ∞)"
    assert facts["at −∞ and ∞"] == "0 and ∞"
    assert facts["kinks at"] == "0; there the left derivative is used"
    assert facts["slope exactly 0 on"] == "(−∞, 0]"
    assert facts["monotone"] == "nowhere decreasing"
    assert "inverse" not in facts
    assert facts_of(get("tanh"))["inverse"] == "on (−1, 1)"
    assert facts_of(get("gelu"))["range"] == "[−0.169971, ∞)"


def test_the_same_picture_every_time():
    assert picture(get("gelu")) == picture(get("gelu"))
    assert picture(get("gelu")) != picture(get("silu"))


def test_the_table_has_a_row_for_each_and_the_properties():
    table = markdown([entry_of(get(name), Accuracy(0.5, 1.25)) for name in ("relu", "tanh", "gelu")])
    assert "| `tanh` | " in table
    assert "value 0.5, derivative 1.2" in table
    assert "| odd | `tanh` |" in table
    assert "| smooth | `tanh`, `gelu` |" in table
