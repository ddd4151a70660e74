"""The rooms of bnact are entered when they are first named."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import bnact

CONTENTS = Path(bnact.__file__)
FOLDERS = {path.parent.name for path in CONTENTS.parent.glob("*/__init__.py")}
NOT_AT_THE_TOP = {"studies", "tracing"}


def declared():
    """The rooms that type checkers are told of."""
    found = ast.walk(ast.parse(CONTENTS.read_text()))
    return {node.names[0].name for node in found if isinstance(node, ast.ImportFrom) and node.level == 1}


def test_every_room_can_be_named_and_type_checkers_know_them_all():
    rooms = FOLDERS - NOT_AT_THE_TOP
    assert declared() == rooms
    assert rooms <= {*dir(bnact)}
    for room in rooms:
        assert getattr(bnact, room).__name__ == f"bnact.{room}"


def test_what_is_no_room_is_said_to_be_none():
    with pytest.raises(
        AttributeError, match="bnact: a name must be one of activations, .*; got 'activation'"
    ):
        bnact.activation  # noqa: B018


def test_importing_it_imports_neither_jax_nor_flax():
    program = "import bnact, sys; sys.exit('jax' in sys.modules or 'flax' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
