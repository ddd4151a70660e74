"""Over the options of flax's constructors: outputs, running statistics and gradients are flax's.

Looked at are bnact.nn.norms.batch_norm, bnact.nn.norms.layer_norm, bnact.nn.norms.rms_norm,
bnact.nn.norms.group_norm and bnact.nn.norms.instance_norm.
"""

import inspect

import jax
import jax.numpy as jnp
import pytest
from flax import nnx
from jax.sharding import PartitionSpec

from bnact import nn
from tests.nn.norms.beside_flax import (
    ELSEWHERE,
    MASKS,
    OPTIONS,
    X,
    arguments,
    assert_close,
    assert_gradients_close,
    cases,
    flax_outcome,
    made,
    outcome,
)

MEMORY = ["BatchNorm"]
every_norm = pytest.mark.parametrize("norm", list(OPTIONS))
every_module = pytest.mark.parametrize("norm", [*OPTIONS, "WeightNorm", "SpectralNorm"])
FEW, MANY = 4, 24
each_kind = pytest.mark.parametrize("half", [False, True])


@every_module
@pytest.mark.parametrize("function", ["__init__", "__call__"])
def test_the_arguments_are_those_of_flax(norm, function):
    ours, theirs = (inspect.signature(getattr(getattr(lib, norm), function)).parameters for lib in (nn, nnx))
    assert [*ours] == [*theirs]
    for name in ours:
        assert ours[name].kind == theirs[name].kind
        if name != "variable_filter":  # a function made anew
            assert ours[name].default == theirs[name].default, name


@every_norm
def test_every_argument_is_looked_at_with_every_value(norm):
    assert arguments(norm) == {*OPTIONS[norm]} | ELSEWHERE
    some = [*cases(norm, FEW, half=False), *cases(norm, FEW, half=True)]
    for name, values in OPTIONS[norm].items():
        seen = [case.settings[name] for case in some]
        assert all(value in seen for value in values), name


def compared(case):
    ours, theirs = made(nn, case), made(nnx, case)
    x = X.astype(case.x_dtype)
    mask = MASKS[case.mask]
    call = {"use_running_average": False} if case.settings.get("use_running_average", 0) is None else {}
    return outcome(ours, x, mask, **call), flax_outcome(theirs, x, mask, **call)


def assert_equal_outcomes(case, half):
    one, other = compared(case)
    # Flax rounds the input to half precision ahead of its statistics, and computes in it.
    assert_close((one.y, one.state), (other.y, other.state), 0.03 if half else 1e-5)
    assert_gradients_close(one.gradients, other.gradients, 0.1 if half else 2e-5)


@pytest.mark.parametrize("number", range(FEW))
@every_norm
def test_outcomes_are_those_of_flax(norm, number):
    assert_equal_outcomes(cases(norm, FEW, half=False)[number], half=False)


@pytest.mark.parametrize("number", range(FEW))
@pytest.mark.parametrize(
    "norm", [norm if norm in MEMORY else pytest.param(norm, marks=pytest.mark.slow) for norm in OPTIONS]
)
def test_outcomes_in_half_precision_are_those_of_flax(norm, number):
    assert_equal_outcomes(cases(norm, FEW, half=True)[number], half=True)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(MANY))
@each_kind
@every_norm
def test_outcomes_are_those_of_flax_further(norm, half, number):
    assert_equal_outcomes(cases(norm, MANY, half)[number], half)


@every_norm
def test_another_epsilon_is_caught(norm):
    case = cases(norm, FEW, half=False)[0]
    other = case._replace(settings={**case.settings, "epsilon": 3 * case.settings["epsilon"] + 1e-3})
    with pytest.raises(AssertionError):
        assert_close(outcome(made(nn, other), X, None).y, flax_outcome(made(nnx, case), X, None).y, 1e-5)


@every_norm
def test_variables_carry_the_metadata(norm):
    for case in cases(norm, FEW, half=True):
        ours, theirs = (nnx.to_flat_state(nnx.state(made(lib, case))) for lib in (nn, nnx))
        for (path, one), (there, other) in zip(ours, theirs, strict=True):
            assert (path, type(one), one.get_metadata()) == (there, type(other), other.get_metadata())


@every_norm
@pytest.mark.parametrize("groups", [None, [[0, 2], [1, 3]]])
def test_over_a_mapped_axis(norm, groups):
    case = cases(norm, FEW, half=False)[0]
    settings = {"axis_name": "members", "axis_index_groups": groups}
    graphs = [nn.pure(made(lib, case, **settings)) for lib in (nn, nnx)]
    mesh = jax.make_mesh((4,), ("members",), axis_types=(jax.sharding.AxisType.Auto,))
    split = PartitionSpec("members")
    x = jnp.concatenate([X, 2 * X + 1, 3 * X, X - 1])

    def member(parts):
        def call(x):
            y, after = nn.result_and_parts(parts, lambda module: module(x))
            return y, jax.tree.map(lambda leaf: leaf[None], after.state)

        # Flax's groups cannot be had in a map that checks.
        return jax.jit(jax.shard_map(call, mesh=mesh, in_specs=split, out_specs=split, check_vma=False))(x)

    ours = member(graphs[0])
    with jax.numpy_rank_promotion("allow"):
        assert_close(ours, member(graphs[1]), 2e-5)
