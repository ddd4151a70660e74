"""Imports point down: the contracts of pyproject.toml hold, and can fail."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def lint_imports(root):
    """import-linter's verdict on the package under root, and what it printed."""
    # In a process of its own: it changes sys.path and logging.
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", program, "--no-cache"]
    finished = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    return finished.returncode, finished.stdout + finished.stderr


def test_the_contracts_hold():
    returncode, output = lint_imports(ROOT)
    assert returncode == 0, output
    assert "4 kept, 0 broken" in output


@pytest.fixture
def small_house(tmp_path):
    """A function that builds a house under the same contracts from {module: its imports}."""
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())

    def build(modules):
        for name in ("types", *modules):
            path = tmp_path / "bnact" / f"{name.replace('.', '/')}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            (path.parent / "__init__.py").touch()
            path.write_text(modules.get(name, ""))
        (tmp_path / "bnact" / "__init__.py").touch()
        return tmp_path

    return build


SOUND = {"activations.relu": "import bnact.types", "nn.mlp": "import flax, bnact.activations.relu"}
BROKEN = {
    "an import that points up": {"activations.relu": "import bnact.nn.mlp", "nn.mlp": ""},
    "two packages of one floor": {"activations.relu": "import bnact.data.digits", "data.digits": ""},
    "flax below nn": {"activations.relu": "import flax.nnx"},
    "the study extra in the core": {"theory.gain": "import scipy"},
    "an experiment in the package": {"training.run": "import experiments"},
    "a package on no floor": {"helpers.things": ""},
}


def test_a_sound_house_is_accepted(small_house):
    returncode, output = lint_imports(small_house(SOUND))
    assert returncode == 0, output


@pytest.mark.parametrize("fault", BROKEN)
def test_every_fault_is_caught(small_house, fault):
    returncode, output = lint_imports(small_house(BROKEN[fault]))
    assert returncode == 1, output
    assert "3 kept, 1 broken" in output


def test_importing_bnact_loads_nothing_of_the_study_extra():
    program = "import sys, bnact; print({'jinja2', 'matplotlib', 'scipy', 'sklearn'} & {*sys.modules})"
    finished = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert finished.stdout.strip() == "set()"
