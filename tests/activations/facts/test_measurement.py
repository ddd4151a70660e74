"""The facts of functions of which they are known, none of them an activation."""

import math

import jax.numpy as jnp
import pytest

from bnact.activations.facts import Facts, measured_facts

from .curves import curve_of

INF, NAN = math.inf, math.nan
SMOOTH = Facts(
    range=(-INF, INF),
    attained=(False, False),
    limits=(-INF, INF),
    lipschitz=1.0,
    monotone="strictly",
    symmetry="none",
    jumps=(),
    kinks=(),
    breakpoints=(),
    flat=(),
)


def above(x, point, right, left):
    return jnp.where(x > point, right, left)


def known(formula, **facts):
    return formula, SMOOTH._replace(**facts)


KNOWN = {
    "kinks at odd places": known(
        lambda x: above(x, 3.217, 2.0 * (x - 3.217), 0.0) + above(x, -7.5, 0.0, 0.5 * (x + 7.5)),
        lipschitz=2.0,
        monotone="weakly",
        kinks=(-7.5, 3.217),
        breakpoints=(-7.5, 3.217),
        flat=((-7.5, 3.217),),
    ),
    "a jump": known(
        lambda x: above(x, 2.5, x, -1.0 + 0.5 * x),
        lipschitz=INF,
        jumps=(2.5,),
        kinks=(2.5,),
        breakpoints=(2.5,),
    ),
    "two jumps, the second down": known(
        lambda x: above(x, -1.5, above(x, 0.25, jnp.zeros_like(x), 2.0), -1.0),
        range=(-1.0, 2.0),
        attained=(True, True),
        limits=(-1.0, 0.0),
        lipschitz=INF,
        monotone="no",
        jumps=(-1.5, 0.25),
        kinks=(-1.5, 0.25),
        breakpoints=(-1.5, 0.25),
        flat=((-INF, INF),),
    ),
    "flat at both ends": known(
        lambda x: above(x, -2.345, above(x, 1.111, 1.111, x), -2.345),
        range=(-2.345, 1.111),
        attained=(True, True),
        limits=(-2.345, 1.111),
        monotone="weakly",
        kinks=(-2.345, 1.111),
        breakpoints=(-2.345, 1.111),
        flat=((-INF, -2.345), (1.111, INF)),
    ),
    "a second derivative that jumps": known(
        lambda x: above(x, 1.5, 0.5 * (x - 1.5) ** 2, jnp.zeros_like(x)),
        range=(0.0, INF),
        attained=(True, False),
        limits=(0.0, INF),
        lipschitz=INF,
        monotone="weakly",
        breakpoints=(1.5,),
        flat=((-INF, 1.5),),
    ),
    "oscillating": known(
        lambda x: 3.0 * jnp.cos(2.0 * x),
        range=(-3.0, 3.0),
        attained=(True, True),
        limits=(NAN, NAN),
        lipschitz=6.0,
        monotone="no",
        symmetry="even",
    ),
    "oscillating on a slope": known(lambda x: x + 0.5 * jnp.sin(x), lipschitz=1.5, symmetry="odd"),
    "bounded and odd": known(
        lambda x: (
            2.0
            * x
            / jnp.sqrt(1.0 + jnp.square(jnp.clip(x, -1e150, 1e150)))
            * above(jnp.abs(x), 1e150, 1e150 / jnp.abs(x), 1.0)
        ),
        range=(-2.0, 2.0),
        limits=(-2.0, 2.0),
        lipschitz=2.0,
        symmetry="odd",
    ),
    "bounded and even": known(
        lambda x: jnp.exp(-jnp.square(jnp.clip(x, -40.0, 40.0))),
        range=(0.0, 1.0),
        attained=(False, True),
        limits=(0.0, 0.0),
        lipschitz=math.sqrt(2.0 / math.e),
        monotone="no",
        symmetry="even",
    ),
    "a cube": known(lambda x: x**3, lipschitz=INF, symmetry="odd"),
    "slow growth": known(
        lambda x: above(x, 0.0, jnp.log1p(above(x, 0.0, x, 0.0)), -jnp.log1p(above(x, 0.0, 0.0, -x))),
        symmetry="odd",
        breakpoints=(0.0,),
    ),
}


def same(found, expected):
    """Whether two facts agree, NaN with NaN, numbers to 1e-12."""
    if isinstance(expected, str | bool):
        return found == expected
    if isinstance(expected, tuple):
        return len(found) == len(expected) and all(map(same, found, expected))
    return found == pytest.approx(expected, rel=1e-12, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("formula, expected", KNOWN.values(), ids=KNOWN)
def test_what_is_known_is_found(formula, expected):
    found = measured_facts(curve_of(formula))
    differ = {
        fact: (getattr(found, fact), value)
        for fact, value in expected._asdict().items()
        if not same(getattr(found, fact), value)
    }
    assert not differ


def test_an_infinite_slope_beside_zero():
    root = curve_of(lambda x: above(x, 0.0, jnp.sqrt(above(x, 0.0, x, 1.0)), 0.0))
    found = measured_facts(root)
    assert found.lipschitz == INF
    assert found.kinks == (0.0,)
    assert found.range == (0.0, INF)


def test_a_kink_elsewhere_is_another_fact():
    moved = measured_facts(curve_of(lambda x: above(x, 3.218, 2.0 * (x - 3.218), 0.0)))
    assert moved.kinks == (3.218,)
    assert measured_facts(curve_of(lambda x: 1e-4 * above(x, 3.218, x - 3.218, 0.0))).kinks == ()
