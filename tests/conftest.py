"""The conditions every test runs under; they are set before jax looks for devices."""

import os
import shutil

# Also for the processes that tests start.
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["MPLBACKEND"] = "agg"

import hypothesis
import jax
import pytest

from bnact.activations import ACTIVATIONS, Activation
from bnact.normalizations import NORMALIZATIONS

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


# What holds of every entry of a registry for one and the same reason is looked at for a few entries by
# default, and for the others with `-m slow`.
A_FEW = frozenset(
    {
        *("relu", "tanh", "gelu", "snake", "hard_shrink", "step", "squareplus"),
        *("none", "batch", "layer", "rms", "group", "batch_renorm", "evonorm_b0"),
    }
)
ONE_REASON = frozenset(
    {
        "test_a_mask_counts_for_all_it_is_broadcast_over",
        "test_a_pair_laid_open_equals_itself",
        "test_a_static_argument_of_jit",
        "test_a_switched_pair_equals_the_fixed_one",
        "test_a_type_of_its_own_is_that_of_the_output_and_not_of_the_statistics",
        "test_a_wrong_derivative_is_caught",
        "test_against_what_the_probe_counts",
        "test_all_of_the_mass_is_in_the_range",
        "test_either_may_be_the_inner_one_and_panels_do_not_matter",
        "test_every_activation",
        "test_every_activation_over_many_inputs",
        "test_finite_differences",
        "test_float64",
        "test_every_pair_is_the_fixed_one",
        "test_float32_with_a_large_mean_is_as_float64",
        "test_constants_become_exactly_the_bias",
        "test_divided_by_shard_map_equals_single",
        "test_vmap_and_scan_equal_a_loop",
        "test_jit_remat_and_eval_shape",
        "test_nnx_grad_and_jit",
        "test_no_gradient_flows_through_the_state",
        "test_forward_and_reverse_mode_once_and_twice",
        "test_gradients_against_finite_differences",
        "test_gradients_reach_parameters_and_input_and_no_statistics",
        "test_gradients_reach_the_parameters",
        "test_half_precision_is_rounded_once",
        "test_half_precision_keeps_its_type",
        "test_half_precision_with_large_inputs",
        "test_inverses_keep_the_dtype",
        "test_mass_against_samples",
        "test_masked_examples_are_as_dropped_ones",
        "test_only_real_floating_point",
        "test_shape_and_dtype_are_kept",
        "test_sharded_equals_single",
        "test_the_averages_are_exponential",
        "test_the_density_integrates_to_the_mass",
        "test_the_facts_of_ours_are_found_again",
        "test_the_gain_gives_what_it_says",
        "test_the_gain_of_a_gradient_gives_what_it_says",
        "test_the_gradient_is_rounded_once",
        "test_the_masked_is_never_seen",
        "test_the_order_of_the_examples_is_irrelevant",
        "test_the_second_derivative_in_float32",
        "test_the_state_keeps_its_shape_and_type",
        "test_the_variables_are_those_of_the_norm_by_name",
        "test_under_jit_vmap_scan_and_remat",
        "test_values_and_gradients_are_those_of_plain_autodiff",
        "test_what_is_behind_the_mask_reaches_no_gradient",
        "test_what_is_masked_does_not_count",
        "test_without_memory_training_makes_no_difference",
        "test_zeros_with_epsilon_zero",
    }
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Marks as slow what another entry of the registry shows already."""
    registered = {*ACTIVATIONS, *NORMALIZATIONS}
    for item in items:
        if getattr(item, "originalname", None) in ONE_REASON and hasattr(item, "callspec"):
            values = [value for value in item.callspec.params.values() if isinstance(value, str | Activation)]
            given = {value if isinstance(value, str) else value.name for value in values}
            if given & registered - A_FEW:
                item.add_marker(pytest.mark.slow)


# Held to the last places, or showing what users see: compiled as users compile.
OPTIMIZED = (
    "activations",
    "experiments",
    "fused",
    "normalizations",
    "numerics",
    "test_documentation.py",
    "training",
)
IS_OPTIMIZED = pytest.StashKey[bool]()


def pytest_runtest_setup(item):
    """Compiles all other tests without optimizations: most of their time is compilation."""
    stash, folder = item.config.stash, item.path.relative_to(item.config.rootpath / "tests").parts[0]
    if stash.get(IS_OPTIMIZED, True) != (folder in OPTIMIZED):
        stash[IS_OPTIMIZED] = folder in OPTIMIZED
        jax.config.update("jax_disable_most_optimizations", folder not in OPTIMIZED)
        jax.clear_caches()
