import importlib
import itertools
import math

import pytest

from bnact.distributed import Arrangement, arrangement_of, smaller
from bnact.distributed.arrangement import CPU_RULES, Rule

MODULE = importlib.import_module("bnact.distributed.arrangement")


@pytest.fixture(autouse=True)
def rules(monkeypatch):
    """A rule of two kinds: what is fastest on some machine is measured, not tested."""
    monkeypatch.setattr(MODULE, "CPU_RULES", (Rule(32, "vmap", 4), Rule(math.inf, "map", 1)))


def test_there_is_a_rule_for_every_width():
    assert CPU_RULES[-1].widest == math.inf
    assert sorted(CPU_RULES, key=lambda rule: rule.widest) == list(CPU_RULES)


def test_a_cpu_batches_narrow_networks_and_runs_wide_ones_in_turn():
    assert arrangement_of(40, 2, "cpu", 16, images=False) == Arrangement(2, 4, "vmap")
    assert arrangement_of(40, 2, "cpu", 64, images=False) == Arrangement(2, 1, "map")


def test_networks_of_images_are_run_in_turn_on_a_cpu_however_narrow():
    assert arrangement_of(40, 2, "cpu", 4, images=True) == Arrangement(2, 1, "map")


def test_an_accelerator_batches_all_there_are_up_to_a_bound_in_few_sizes():
    sizes = [arrangement_of(lanes, 1, "gpu", 256, images=True) for lanes in (1, 33, 40, 64, 256, 1000)]
    assert [each.at_once for each in sizes] == [1, 64, 64, 64, 256, 256]
    assert {each.way for each in sizes} == {"vmap"}


@pytest.mark.parametrize("width", [16, 64])
def test_on_a_cpu_the_size_of_a_population_changes_no_program_once_it_fills_a_call(width):
    assert len({arrangement_of(lanes, 2, "cpu", width, images=False) for lanes in range(8, 50)}) == 1


@pytest.mark.parametrize("images", [False, True])
@pytest.mark.parametrize("width", [1, 8, 32, 33, 1000])
def test_on_a_cpu_the_number_of_devices_changes_no_batch(width, images):
    # So a study may go on with another number of CPUs; an accelerator's batches know of it.
    layouts = [arrangement_of(40, devices, "cpu", width, images) for devices in (1, 2, 3, 8, 64)]
    assert len({(layout.at_once, layout.way) for layout in layouts}) == 1
    assert len({arrangement_of(40, devices, "gpu", width, images).at_once for devices in (1, 8)}) == 2


def test_a_small_population_takes_no_more_devices_than_it_fills():
    assert arrangement_of(3, 8, "cpu", 64, images=False).devices == 3
    assert arrangement_of(5, 8, "cpu", 16, images=False).devices == 2


@pytest.mark.parametrize("lanes, calls", [(1, 1), (8, 1), (9, 2), (16, 2), (17, 3)])
def test_a_population_is_trained_in_as_many_calls_as_it_takes(lanes, calls):
    assert Arrangement(2, 4, "vmap").calls(lanes) == calls


@pytest.mark.parametrize(
    "lanes, devices, platform, width, images",
    [*itertools.product((1, 7, 300), (1, 3, 8), ("cpu", "gpu", "tpu"), (4, 1000), (False, True))],
)
def test_every_layout_holds_at_least_one_lane_and_shrinks_to_one(lanes, devices, platform, width, images):
    layout = arrangement_of(lanes, devices, platform, width, images)
    assert 1 <= layout.devices <= devices
    seen = [layout]
    while (less := smaller(seen[-1])) is not None:
        assert less.block < seen[-1].block
        assert less.way == layout.way
        seen.append(less)
    assert seen[-1].block == 1
