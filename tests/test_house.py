"""The rules of the house that a program can check."""

import ast
import functools
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("bnact", "experiments", "benchmarks", "tests")
SOURCES = sorted(path.relative_to(ROOT) for room in ROOMS for path in (ROOT / room).rglob("*.py"))
MODULES = [path for path in SOURCES if path.parts[0] == "bnact" and path.name != "__init__.py"]
# The topmost is read on demand, see test_rooms.py.
CONTENTS = [
    path for path in SOURCES if path.match("bnact/*/**/__init__.py") or path.match("bnact/*/__init__.py")
]

MOST_LINES = 250
EMPTY_WORDS = {"utils", "util", "common", "core", "helpers", "helper", "misc", "_src"}
# Where devices are known; everything else is told by its caller where to compute.
DEVICE_WORDS = {"jax.devices", "jax.local_devices", "jax.device_count", "jax.sharding", "jax.shard_map"}


@functools.cache
def parsed(path):
    return ast.parse((ROOT / path).read_text())


def assert_none(offenders, rule):
    """Names every offender: a comparison of lists would be cut short."""
    offenders = [str(offender) for offender in offenders]
    assert not offenders, f"{rule}: {'; '.join(offenders)}"


def test_a_file_is_one_idea():
    lines = {path: len((ROOT / path).read_text().splitlines()) for path in SOURCES}
    long = [f"{path} has {count}" for path, count in lines.items() if count > MOST_LINES]
    assert_none(long, f"at most {MOST_LINES} lines")


def test_a_name_says_what_is_inside():
    empty = [path for path in SOURCES if EMPTY_WORDS & {path.stem, *path.parts[:-1]}]
    assert_none(empty, "a name says what is inside")


def test_an_init_begins_with_a_sentence():
    silent = [path for path in CONTENTS if not ast.get_docstring(parsed(path))]
    assert_none(silent, "a table of contents begins with one sentence")


def test_an_init_is_a_table_of_contents():
    entries = [(path, entry) for path in CONTENTS for entry in parsed(path).body[1:]]
    wrong = [f"{path}: {ast.unparse(entry)}" for path, entry in entries if not is_entry(entry)]
    assert_none(wrong, "every entry is `from .x import y as y`")


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


def test_the_tests_mirror_the_package():
    untested = [path for path in MODULES if len(path.parts) > 2 and not is_tested(path)]
    assert_none(untested, "offers functions; add a test_*.py of its name to its folder in tests")


def is_tested(path):
    if not (is_offered(path) and has_functions(path)) or is_listed(path):
        return True
    folder = ROOT / "tests" / path.relative_to("bnact").parent
    named = ".".join(path.with_suffix("").parts)
    by_name = (folder / f"test_{path.stem}.py").is_file()
    return by_name or any(named in test.read_text() for test in folder.glob("test_*.py"))


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


def test_only_one_package_knows_devices():
    elsewhere = [path for path in MODULES if path.parts[1] != "distributed"]
    knowing = [f"{path}: {word}" for path in elsewhere for word in sorted(device_words(parsed(path)))]
    assert_none(
        knowing, "only bnact.distributed knows devices; others may name a type of what they are given"
    )


@pytest.mark.parametrize(
    ("lines", "knows"),
    [
        ("import jax\njax.devices()", True),
        ("import jax.sharding as s\ns.Mesh((), ())", True),
        ("from jax import local_devices\nlocal_devices()", True),
        ("from jax.sharding import Mesh as M\nM((), ())", True),
        ("from jax.sharding import Mesh\ndef f() -> Mesh: return made()", True),
        ("from jax.sharding import Mesh\ndef f(mesh: Mesh): return Mesh((), ())", True),
        ("from jax.sharding import Mesh\ndef f(mesh: Mesh | None): return mesh", False),
        ("def devices(): return devices()", False),
    ],
)
def test_what_knowing_devices_is(lines, knows):
    assert bool(device_words(ast.parse(lines))) == knows


def device_words(tree):
    """What a file uses of `DEVICE_WORDS`, other than to say what its functions are given."""
    nodes = list(ast.walk(tree))
    given = [node.annotation for node in nodes if isinstance(node, ast.arg) and node.annotation]
    saying = {node for annotation in given for node in ast.walk(annotation)}
    named = [node for node in nodes if isinstance(node, ast.Name | ast.Attribute) and node not in saying]
    used = set(map(ast.unparse, named))
    whole = used | {meant for meant, name in bound_by_imports(tree) if name in used}
    return {word for word in DEVICE_WORDS if any(f"{each}.".startswith(f"{word}.") for each in whole)}


def bound_by_imports(tree):
    """What a file imports by a name of its own, and that name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from ((f"{node.module}.{name.name}", name.asname or name.name) for name in node.names)
        elif isinstance(node, ast.Import):
            yield from ((name.name, name.asname) for name in node.names if name.asname)


def test_only_one_file_splits_and_merges_nnx():
    elsewhere = [path for path in MODULES if path.parts[1:] != ("nn", "functional.py")]
    splitting = [path for path in elsewhere if {"nnx.merge", "nnx.split"} & attributes(path)]
    assert_none(splitting, "only bnact/nn/functional.py splits and merges NNX")


def attributes(path):
    """The dotted names in a file."""
    return {ast.unparse(node) for node in ast.walk(parsed(path)) if isinstance(node, ast.Attribute)}


def test_nothing_leans_on_the_private_parts_of_jax_or_flax():
    leaning = [path for path in SOURCES if any("_src" in name.split(".") for name in imports(path))]
    assert_none(leaning, "no module of _src is imported")


def imports(path):
    """The modules that a file imports, or imports from."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
