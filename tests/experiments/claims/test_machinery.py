"""What runs and decides claims knows none of them, and imports have no circle."""

import ast
import graphlib
from pathlib import Path

import pytest

import experiments
from bnact.studies import Rows
from bnact.studies.claim import Claim, Quantity, Table, Verdict
from experiments.claims.asked import Asked, last_asked, remember
from experiments.claims.decided import decided
from experiments.claims.scale import QUICK, no_runs

ROOT = Path(experiments.__path__[0]).parent
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts): path
    for path in (ROOT / "experiments").rglob("*.py")
    if path.name != "__init__.py"
}


def imported(module, source):
    """The modules of `experiments` that a module of this source imports from, at its top or later."""
    parent = module.rpartition(".")[0]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            base = ".".join(filter(None, (parent if node.level else "", node.module or "")))
            yield from ({base, *(f"{base}.{name.name}" for name in node.names)}) & MODULES.keys()


GRAPH = {module: set(imported(module, path.read_text())) for module, path in MODULES.items()}


def reached(module):
    found, fresh = set(), {module}
    while fresh:
        found |= fresh
        fresh = set().union(*(GRAPH[each] for each in fresh)) - found
    return found


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith("experiments.claims.")])
def test_the_machinery_reaches_no_founding_claim(module):
    assert not [name for name in reached(module) if name.startswith("experiments.founding_claims")]


def test_the_registry_reaches_every_claim_so_the_search_can_find_one():
    assert "experiments.founding_claims.one_step" in reached("experiments.founding_claims.claims")
    assert "experiments.claims.scale" in reached("experiments.founding_claims.claims")


def test_imports_have_no_circle():
    tuple(graphlib.TopologicalSorter(GRAPH).static_order())


def test_a_circle_would_be_found():
    circle = {**GRAPH, "experiments.claims.scale": {"experiments.claims.decided"}}
    with pytest.raises(graphlib.CycleError):
        tuple(graphlib.TopologicalSorter(circle).static_order())


def test_a_late_or_relative_import_counts():
    source = "def f():\n    from .costs import measure_costs\n"
    assert set(imported("experiments.claims.asked", source)) == {"experiments.claims.costs"}


def test_claims_that_are_no_founding_ones_are_remembered_and_decided(tmp_path):
    (tmp_path / "results").mkdir()
    own = {"mine": claim("mine"), "yours": claim("yours")}
    remember(tmp_path, Asked((own["yours"],), (QUICK,)), own)
    remember(tmp_path, Asked((own["mine"],), (QUICK,)), own)
    asked = last_asked(tmp_path, own)
    assert asked is not None
    assert [each.verdict.id for each in decided(asked, Rows())] == ["mine", "yours"]


def claim(name):
    return Claim(
        id=name,
        text=name,
        source="somebody",
        why="why",
        rule="rule",
        quantity=Quantity("meaning", "points", 100.0),
        settings=no_runs,
        decide=lambda rows: Verdict(name, name, "somebody", "supported", 0.0, 0.0, 0.0, 1, "Yes."),
        figures=lambda rows: (),
        table=lambda rows: Table("table", ("a",), ()),
        turns="",
    )
