"""Faults of the compiler: those known are expected where they are known; a new one says what to do."""

import os

import jax
import jax.numpy as jnp
import jaxlib
import numpy as np
import pytest

from experiments.doctor.canaries import CANARIES, is_expected, seen_on_cpu
from experiments.doctor.canaries.convolutions import (
    FAST,
    IMAGES,
    KERNEL,
    convolved,
    groups_in,
    orders_in,
    program_of,
)
from experiments.doctor.canaries.pages import Pages
from experiments.doctor.canaries.vmapped_product import ROWS, squared_lengths

JAXLIB = jaxlib.version.__version__
each_canary = pytest.mark.parametrize("canary", CANARIES, ids=lambda canary: canary.name)


def new_faults(canaries):
    """What is here and not known of this version, each with what to do."""
    new = [each for each in canaries if not is_expected(each, JAXLIB) and seen_on_cpu(each) == "present"]
    return [f"{each.name} ({each.source}), known of {', '.join(each.known)}: {each.remedy}" for each in new]


def test_a_fault_is_here_only_where_it_is_known():
    told = new_faults(CANARIES)
    assert not told, f"jaxlib {JAXLIB} has faults not known of it; add it to `known`: {'; '.join(told)}"


def test_a_new_fault_is_told_with_what_to_do():
    falling = CANARIES[0]._replace(look=lambda: "present", known=("0.0.1",))
    (told,) = new_faults((falling, falling._replace(known=(JAXLIB,)), falling._replace(known=("every",))))
    assert falling.source in told
    assert falling.remedy in told


def test_a_fault_that_has_never_been_mended_is_seen():
    never = [each for each in CANARIES if each.known == ("every",) and each.on_every_machine]
    signs = {canary.name: seen_on_cpu(canary) for canary in never}
    assert set(signs.values()) == {"present"}, f"mended in jaxlib {JAXLIB}? Then name versions: {signs}"


def test_the_fault_that_gives_wrong_numbers_is_seen_in_the_version_that_has_it():
    canary = CANARIES[0]
    if not is_expected(canary, JAXLIB) or "ynn_fusion_type" in os.environ.get("XLA_FLAGS", ""):
        pytest.skip(f"jaxlib {JAXLIB} is not known to have it, or was told how to avoid it")
    assert seen_on_cpu(canary) == "present"


def test_the_other_order_of_the_product_is_right_in_every_version():
    rows = np.random.default_rng(0).normal(size=(ROWS, 3)).astype(np.float32)
    matrix = np.arange(9, dtype=np.float32).reshape(3, 3)
    found = jax.jit(jax.vmap(lambda row: jnp.sum((row @ matrix.T) ** 2)))(rows)
    expected = ((rows.astype(np.float64) @ matrix.T) ** 2).sum(1)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)
    # Below the limit the product is right in either order: what fails is the second part of many rows.
    few = jax.jit(squared_lengths)(matrix, rows[:1000])
    np.testing.assert_allclose(few, expected[:1000], rtol=1e-4, atol=1e-4)


def test_pages_that_are_touched_are_seen():
    array = np.ones(1 << 18, np.float32)
    pages = Pages(array.ctypes.data, array.nbytes)
    assert pages.touched() < 0.1
    array[: 1 << 17] = 2.0
    assert 0.4 < pages.touched() < 0.7
    array[:] = 3.0
    assert pages.touched() == 1.0


def test_pages_that_cannot_be_dropped_are_told():
    with pytest.raises(OSError, match="madvise: the system refuses"):
        Pages(1 << 60, 1 << 16)


def test_orders_and_groups_are_read_from_a_program():
    line = "%a = f32[1] convolution(%x, %k), window={{size=3x3}}, dim_labels={}, metadata={{}}\n"
    program = line.format("b01f_01io->b01f") + line.format("f01b_i01o->01bf")
    assert orders_in(program) == ("b01f_01io->b01f", "f01b_i01o->01bf")
    assert [bool(FAST.fullmatch(order)) for order in orders_in(program)] == [True, False]
    assert groups_in(program) == ()
    assert groups_in("convolution(%x), feature_group_count=4, metadata") == (4,)


def test_a_convolution_outside_loops_has_the_fast_order_both_ways():
    gradient = jax.grad(lambda kernel, images: jnp.mean(convolved(kernel, images) ** 2))
    orders = orders_in(program_of(gradient, KERNEL, IMAGES))
    assert orders
    assert all(FAST.fullmatch(order) for order in orders)


@each_canary
def test_a_canary_says_where_the_fault_was_reported_and_what_to_do(canary):
    assert canary.name
    assert canary.remedy
    assert canary.source.startswith(("https://github.com/", "no report is known"))
    assert canary.known


def test_without_a_cpu_nothing_is_guessed(monkeypatch):
    def none(*_, **__):
        raise RuntimeError("Unknown backend cpu")

    monkeypatch.setattr(jax, "local_devices", none)
    assert seen_on_cpu(CANARIES[0]) == "not looked at"
