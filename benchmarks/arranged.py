"""A population as a study trains it: laid out by the planner, in calls of equally many lanes."""

import dataclasses
from collections.abc import Callable
from typing import Any

import jax

from bnact.data import Dataset
from bnact.distributed import Arrangement, function_of_lanes, mesh_of, without_locations
from bnact.fused import Index, Table
from bnact.training import (
    Lane,
    Setting,
    arrangement_for,
    cell_data,
    compiled_program,
    examples,
    stacked_lanes,
)

Called = Callable[[], object]


def study_program(
    setting: Setting, dataset: Dataset, table: Table, runs: int, check: bool = False
) -> jax.stages.Compiled:
    """The program that trains so many runs of the setting in a study, log and all, memory aside."""
    layout = arrangement_for(setting.program, runs)
    return compiled_program(setting.program, dataset, layout, table, check).program


def arranged_program(run: Callable, shared: Any, lanes: Lane, layout: Arrangement) -> jax.stages.Compiled:
    """`run(shared, lane)` of a call's lanes, compiled as a study's program is."""
    traced = jax.jit(function_of_lanes(run, mesh_of(layout), layout.way)).trace(shared, lanes)
    with without_locations():
        lowered = traced.lower()
    return lowered.compile()


def shared_data(setting: Setting, dataset: Dataset, index: Index) -> Any:
    """What all runs of the setting share."""
    return examples(dataset), cell_data(setting, index)


def blocks_of(setting: Setting, layout: Arrangement, calls: int) -> list[Lane]:
    """The lanes of so many calls, every run with a seed of its own; the calls are full."""
    lanes = [dataclasses.replace(setting, seed=seed) for seed in range(calls * layout.block)]
    return [stacked_lanes(lanes[at : at + layout.block]) for at in range(0, len(lanes), layout.block)]


def laid_out(setting: Setting, runs: int) -> tuple[Arrangement, list[Lane]]:
    """How a study lays out so many runs of the setting, and the lanes of its calls."""
    layout = arrangement_for(setting.program, runs)
    return layout, blocks_of(setting, layout, layout.calls(runs))


def calling(program: jax.stages.Compiled, shared: Any, blocks: list[Lane]) -> Called:
    """Calls the program for every block, with two calls in flight, as `train_population` does."""
    shared = jax.device_put(shared, program.input_shardings[0][0])

    def work() -> None:
        last = None
        for block in blocks:
            now = program(shared, block)
            jax.block_until_ready(last)
            last = now
        jax.block_until_ready(last)

    return work
