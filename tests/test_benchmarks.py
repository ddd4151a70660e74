"""The table of what is promised about speed has every benchmark."""

from pathlib import Path

FOLDER = Path(__file__).parents[1] / "benchmarks"


def test_every_benchmark_stands_in_the_table():
    table = (FOLDER / "README.md").read_text()
    offered = [path.stem for path in FOLDER.glob("*.py") if f"-m benchmarks.{path.stem}" in path.read_text()]
    assert offered
    assert [name for name in offered if f"`python -m benchmarks.{name}`" not in table] == []
