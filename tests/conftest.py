"""The conditions every test runs under; they are set before jax looks for devices."""

import atexit
import collections
import os
import shutil
import tempfile
import zlib
from pathlib import Path

# Also for the processes that tests start.
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["MPLBACKEND"] = "agg"

# Nothing is kept of a test, nor found again, whatever its user keeps; but matplotlib's list of fonts is.
os.environ["MPLCONFIGDIR"] = os.environ.get("MPLCONFIGDIR") or str(
    Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "matplotlib"
)
os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="bnact-tests-")
os.environ["JAX_COMPILATION_CACHE_DIR"] = ""

import hypothesis
import jax
import pytest

atexit.register(shutil.rmtree, os.environ["XDG_CACHE_HOME"], ignore_errors=True)

# Several devices, so that everything that is split over devices is tested split.
jax.config.update("jax_num_cpu_devices", 8)
# No silent change of a type, and no silent broadcast: a user may run with either.
jax.config.update("jax_numpy_dtype_promotion", "strict")
jax.config.update("jax_numpy_rank_promotion", "raise")

# The same examples every time, and no time limit for an example: the first one compiles.
hypothesis.settings.register_profile("bnact", deadline=None, derandomize=True, database=None, max_examples=50)
hypothesis.settings.load_profile("bnact")


@pytest.fixture
def key() -> jax.Array:
    """The random key of a test that needs one."""
    return jax.random.key(0)


@pytest.fixture(scope="module")
def browser():
    """A browser without a window; where there is none, what needs one is left out."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        pytest.skip("no browser is installed")
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()


# Of a test with several cases one runs by default, the others with `-m slow`. Which one follows from its
# name, so that tests differ in what they leave out. Every case of these always runs: what a new entry of a
# registry must satisfy, what others wrote, what is promised case by case.
EVERY = frozenset(
    {
        "test_every_declared_fact",
        "test_every_case",
        "test_float32",
        "test_grad_is_the_derivative",
        "test_output_against_float64",
        "test_what_stands_in_a_block_can_be_done",
    }
)
EVERY_IN = ("reference", "bad", "house", "layers", "book")

# But for the two pages of the documentation that take longest.
SLOW_PAGES = ("architectures.md]", "probes.md]")

# The fused rule is what everything stands on: of these one case of every norm.
EVERY_NORM = frozenset(
    {
        "test_values_gradients_and_state_are_those_of_one_after_the_other",
        "test_values_and_gradients_are_those_of_plain_autodiff",
        "test_gradients_are_those_of_finite_differences",
        "test_gradients_and_theirs_are_those_of_finite_differences",
        "test_fused_equals_unfused",
    }
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Marks the cases as slow that are further ones of what a test's other cases show."""
    tests = collections.defaultdict(list)
    for item in items:
        if not item.get_closest_marker("slow"):
            tests[item.path, getattr(item, "originalname", item.name)].append(item)
    for (path, name), cases in tests.items():
        if name in EVERY or any(word in path.stem for word in EVERY_IN):
            further = [item for item in cases if item.name.endswith(SLOW_PAGES)]
        else:
            further = set(cases) - set(_shown(name, cases))
        for item in further:
            item.add_marker(pytest.mark.slow)


def _shown(name, cases):
    """The cases of a test that run by default."""
    kinds = collections.defaultdict(list)
    for item in cases:
        params = item.callspec.params if name in EVERY_NORM else {}
        kinds[str(params.get("norm", ""))].append(item)
    return [each[zlib.crc32(f"{name} {kind}".encode()) % len(each)] for kind, each in kinds.items()]
