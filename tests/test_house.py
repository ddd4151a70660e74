"""The rules of the house that a program can check."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("bnact", "experiments", "benchmarks", "tests")
SOURCES = sorted(path.relative_to(ROOT) for room in ROOMS for path in (ROOT / room).rglob("*.py"))
MODULES = [path for path in SOURCES if path.parts[0] == "bnact" and path.name != "__init__.py"]
CONTENTS = [path for path in SOURCES if path.parts[0] == "bnact" and path.name == "__init__.py"]

MOST_LINES = 250
EMPTY_WORDS = {"utils", "util", "common", "core", "helpers", "helper", "misc", "_src"}
# Where devices are known; everything else is told by its caller where to compute.
DEVICE_WORDS = {"jax.devices", "jax.local_devices", "jax.device_count", "jax.sharding", "jax.shard_map"}


def parsed(path):
    return ast.parse((ROOT / path).read_text())


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_a_file_is_one_idea(path):
    assert len((ROOT / path).read_text().splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_a_name_says_what_is_inside(path):
    assert not EMPTY_WORDS & {path.stem, *path.parts[:-1]}


@pytest.mark.parametrize("path", CONTENTS, ids=str)
def test_an_init_is_a_table_of_contents(path):
    tree = parsed(path)
    assert ast.get_docstring(tree), "a table of contents begins with one sentence"
    for entry in tree.body[1:]:
        assert is_entry(entry), f"{ast.unparse(entry)!r} is not `from .x import y as y`"


def is_entry(node):
    """Whether a statement re-exports, under the same name, what this or a lower package holds."""
    if not isinstance(node, ast.ImportFrom) or any(name.asname != name.name for name in node.names):
        return False
    return node.level == 1 or (node.module or "").startswith("bnact.")


@pytest.mark.parametrize(
    ("line", "allowed"),
    [
        ("from .x import y as y", True),
        ("from . import x as x", True),
        ("from .x import y", False),
        ("from .x import y as z", False),
        ("from bnact.x import y as y", True),
        ("from jax import y as y", False),
        ("import x", False),
        ("x = 1", False),
    ],
)
def test_what_an_entry_is(line, allowed):
    assert is_entry(ast.parse(line).body[0]) == allowed


@pytest.mark.parametrize("path", [path for path in MODULES if len(path.parts) > 2], ids=str)
def test_the_tests_mirror_the_package(path):
    if not (is_offered(path) and has_functions(path)) or is_listed(path):
        return
    folder = ROOT / "tests" / path.relative_to("bnact").parent
    named = ".".join(path.with_suffix("").parts)
    tested = (folder / f"test_{path.stem}.py").is_file()
    tested = tested or any(named in test.read_text() for test in folder.glob("test_*.py"))
    assert tested, f"{path} offers functions; add {folder.relative_to(ROOT)}/test_{path.stem}.py"


def is_offered(path):
    """Whether the table of contents names the module; what it does not is tested through what it does."""
    return path in imported_beside(path.parent / "__init__.py")


def is_listed(path):
    """Whether the registry beside it lists what the module holds: then the registry's tests find it."""
    registry = path.parent / "registry.py"
    return (ROOT / registry).is_file() and path in imported_beside(registry)


def imported_beside(path):
    """The modules of its own package that a module imports from."""
    package = ".".join(path.parent.parts)
    nodes = [node for node in parsed(path).body if isinstance(node, ast.ImportFrom)]
    named = [f"{package}.{node.module}" if node.level else node.module or "" for node in nodes]
    return {path.parent / f"{name.removeprefix(f'{package}.')}.py" for name in named}


def has_functions(path):
    return any(isinstance(node, ast.FunctionDef) for node in ast.walk(parsed(path)))


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_only_one_package_knows_devices(path):
    attributes = [ast.unparse(node) for node in ast.walk(parsed(path)) if isinstance(node, ast.Attribute)]
    assert path.parts[1] == "distributed" or not DEVICE_WORDS & set(attributes)


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_nothing_leans_on_the_private_parts_of_jax_or_flax(path):
    for node in ast.walk(parsed(path)):
        modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        modules += [name.name for name in node.names] if isinstance(node, ast.Import) else []
        assert not [module for module in modules if "_src" in module.split(".")]
