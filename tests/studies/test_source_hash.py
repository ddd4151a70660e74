import pytest

from bnact.studies.source_hash import PACKAGE, source_hash


@pytest.fixture
def package(tmp_path):
    for name in ("types.py", "training/run.py", "studies/plan.py"):
        path = tmp_path / "package" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {name}\n")
    return tmp_path / "package"


def test_changes_with_content_and_names(package):
    before = source_hash(package)
    (package / "training/run.py").write_text("# changed\n")
    changed = source_hash(package)
    (package / "training/run.py").rename(package / "training/walk.py")
    assert len({before, changed, source_hash(package)}) == 3


def test_does_not_change_with_studies_or_files_that_are_not_source(package):
    before = source_hash(package)
    (package / "studies/plan.py").write_text("# changed\n")
    (package / "training/notes.txt").write_text("no source\n")
    assert source_hash(package) == before


def test_does_not_depend_on_where_the_package_stands(package):
    before = source_hash(package)
    assert source_hash(package.rename(package.with_name("elsewhere"))) == before


def test_sees_the_real_package():
    assert (PACKAGE / "training" / "setting.py").exists()
    assert len(source_hash(PACKAGE)) == 64
