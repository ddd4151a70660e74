"""No case of the reference cases is forgotten: every one is read by a test, or tested in words."""

import json
from pathlib import Path

import pytest

from tests.invariants import test_identities, test_scale_invariance

TESTS = Path(__file__).parent
CASES = {
    name: case
    for name, case in json.loads((TESTS / "reference_cases.json").read_text()).items()
    if not name.startswith("_")
}
# Where the test of a case stands that does not read the file, and its name.
IN_WORDS = {
    "batch_norm_identities": ("invariants/test_identities.py", "test_the_norms_of_the_package_satisfy_them"),
    "layer_norm_identities": ("invariants/test_identities.py", "test_the_norms_of_the_package_satisfy_them"),
    "scale_invariance": ("invariants/test_scale_invariance.py", "test_norms_with_epsilon_zero"),
}
# These are the gradient graph's: its tests read them.
OF_THE_GRADIENT_GRAPH = {"backprop_book_example", "backprop_two_variables"}


def test_every_case_is_tested():
    texts = [path.read_text() for path in TESTS.rglob("test_*.py") if path != Path(__file__)]
    read = {name for name in CASES if any(f'"{name}"' in text for text in texts)}
    assert read | set(IN_WORDS) | OF_THE_GRADIENT_GRAPH == set(CASES)


@pytest.mark.parametrize("name", IN_WORDS)
def test_a_case_in_words_is_tested(name):
    file, test = IN_WORDS[name]
    assert f"def {test}(" in (TESTS / file).read_text()


def test_the_cases_of_the_gradient_graph_are_read_where_it_is_tested():
    folder = TESTS / "gradient_graph"
    text = "".join(path.read_text() for path in folder.rglob("test_*.py"))
    assert not folder.exists() or all(f'"{name}"' in text for name in OF_THE_GRADIENT_GRAPH)


def test_identities_are_held_to_the_published_bounds():
    assert CASES["batch_norm_identities"]["eps"] == test_identities.EPSILONS
    assert CASES["batch_norm_identities"]["analytic"] == test_identities.BOUND
    assert CASES["layer_norm_identities"]["analytic"] == test_identities.BOUND
    assert CASES["scale_invariance"]["analytic"] == test_scale_invariance.BOUND
