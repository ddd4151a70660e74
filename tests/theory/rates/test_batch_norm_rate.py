import dataclasses
import json
import math
import pathlib
import warnings

import numpy as np
import pytest

from bnact.activations import ACTIVATIONS, get, softplus
from bnact.numerics.quadrature import expectation
from bnact.theory import DriftWarning, batch_norm_rate, symmetric_point
from bnact.theory.rates.symmetric_point import unnamed_point
from tests.theory.simulated_growth import Shape, growth_in_the_middle

CASES = json.loads((pathlib.Path(__file__).parents[2] / "reference_cases.json").read_text())
SMOOTH = {name: rates for name, rates in CASES["batch_norm_rate_smooth"].items() if name in ACTIVATIONS}
BEFORE = [
    *(("relu", *row, 1e-5) for row in CASES["batch_norm_rate_relu"]["by_batch_size"].items()),
    *(("identity", *row, 1e-9) for row in CASES["batch_norm_rate_linear"]["by_batch_size"].items()),
    *((name, *row, 1e-5) for name, rates in SMOOTH.items() for row in rates.items()),
]
AFTER = CASES["order_at_initialization"]
WITHOUT_JUMPS = [name for name, act in ACTIVATIONS.items() if not act.jumps]


def size_of(text):
    return None if text == "inf" else int(text)


def rate(*args, **kwargs):
    """Without the warning of a drift."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DriftWarning)
        return batch_norm_rate(*args, **kwargs)


@pytest.mark.parametrize("name, size, truth, tolerance", BEFORE)
def test_published_rates_of_norm_before(name, size, truth, tolerance):
    assert abs(rate(name, size_of(size)) - truth) < tolerance


def test_the_tolerances_are_those_of_the_cases():
    assert [CASES[f"batch_norm_rate_{kind}"]["analytic"] for kind in ("relu", "linear", "smooth")] == [
        1e-5,
        1e-9,
        1e-5,
    ]


@pytest.mark.parametrize(
    "name, weight_scale, case",
    [
        ("tanh", 2.0, "tanh_after_sigma_w_2"),
        ("tanh", 3.0, "tanh_after_sigma_w_3"),
        ("relu", 1.7, "relu_after"),
    ],
)
def test_published_rates_of_norm_after(name, weight_scale, case):
    found = rate(name, order="after", weight_scale=weight_scale)
    assert abs(found - AFTER[case]) < AFTER["analytic"]
    assert rate(name, 16, weight_scale=weight_scale) == rate(name, 16)


@pytest.mark.parametrize(
    "size, order", [*((size, "before") for size in (4, 5, 16, 64, 1024)), (4, "after"), (64, "after")]
)
def test_of_the_identity_at_every_scale_and_shift(size, order):
    found = batch_norm_rate("identity", size, order, [1.0, -3.0], [0.0, 2.0], 1.5)
    np.testing.assert_allclose(found, (size - 2) / (size - 3), rtol=1e-10)


def test_relu_explodes_at_pi_over_pi_minus_one():
    assert batch_norm_rate("relu") == pytest.approx(math.pi / (math.pi - 1.0), abs=1e-12)


def test_a_symmetry_of_the_batch():
    left, right = (batch_norm_rate("relu", 12, scale=scale, shift=0.4) for scale in (1.3, -1.3))
    assert left == pytest.approx(right, rel=1e-12)


@pytest.mark.parametrize("name", WITHOUT_JUMPS)
def test_every_activation_tends_to_its_infinite_batch(name):
    points = [symmetric_point(name, size).rate for size in (4096, 8192)]
    infinite = symmetric_point(name).rate
    assert 2.0 * points[1] - points[0] == pytest.approx(infinite, rel=1e-5)  # what is left goes like 1 / B^2
    assert points[1] != pytest.approx(infinite, rel=1e-5)


@pytest.mark.parametrize("name", ["tanh", "sigmoid"])
def test_norm_after_tends_to_its_infinite_batch(name):
    large, infinite = (batch_norm_rate(name, size, "after", 1.0, 0.3) for size in (2048, None))
    assert large == pytest.approx(infinite, rel=5e-3)


def test_the_shift_of_norm_after_is_shared_by_the_batch():
    # Not by each example on its own, as with h of variance scale^2 + shift^2.
    spread = math.hypot(1.0, 1.0)
    alone = expectation(lambda z: np.cosh(spread * z) ** -4.0) / expectation(
        lambda z: np.tanh(spread * z) ** 2
    )
    assert abs(batch_norm_rate("tanh", order="after", shift=1.0) - alone) > 0.1


def test_arrays():
    scales, shifts = np.array([[0.5], [2.0]]), np.array([-1.0, 0.0, 1.0])
    found = batch_norm_rate("tanh", 10, scale=scales, shift=shifts)
    assert isinstance(found, np.ndarray)
    assert found.shape == (2, 3)
    assert found[1, 2] == batch_norm_rate("tanh", 10, scale=2.0, shift=1.0)
    assert isinstance(batch_norm_rate("tanh", 10), float)


def test_a_drift_is_said():
    with pytest.warns(
        DriftWarning, match=r"gelu at a batch of 256 leaves .* grows by 5.2\d % a layer, tenfold in 45 l"
    ):
        batch_norm_rate("gelu", 256)
    with pytest.warns(DriftWarning, match="silu at an infinite batch"):
        batch_norm_rate("silu", order="after", scale=[0.1, 1.0])
    batch_norm_rate("gelu", 16)


def test_a_drift_that_takes_a_thousand_layers_is_not():
    slow = softplus(beta=100.0)
    assert 1.0 < symmetric_point(slow).eigenvalue < 10.0**1e-3
    batch_norm_rate(slow)  # a warning would be an error


@pytest.mark.parametrize("size", [np.int64(8), np.array(8), np.uint8(8)])
def test_an_integer_of_any_kind_is_a_batch_size(size):
    assert batch_norm_rate("relu", size) == batch_norm_rate("relu", 8)


def test_an_error_names_the_function_that_was_called():
    # What is computed is kept for all of them under one key.
    for function in (batch_norm_rate, symmetric_point, batch_norm_rate):
        with pytest.raises(
            ValueError, match=f"^{function.__name__}: the activation must vary over the batch"
        ):
            function("relu", 8, shift=-100.0)


def test_what_is_computed_for_one_function_serves_another():
    before = unnamed_point.cache_info()
    point = symmetric_point("tanh", 9, 0.77, 0.11)
    assert batch_norm_rate("tanh", 9, "before", 0.77, 0.11) == point.rate
    after = unnamed_point.cache_info()
    assert after.misses - before.misses == 1
    assert after.hits > before.hits


@pytest.mark.parametrize("size", [3, 2, 0, 8.0, True])
@pytest.mark.parametrize("order", ["before", "after"])
def test_a_batch_too_small(size, order):
    with pytest.raises(ValueError, match=r"at least 4, .* infinite; got .*; use 4 or more, or None"):
        batch_norm_rate("relu", size, order)


@pytest.mark.parametrize("name", ["step", "hard_shrink", "threshold"])
def test_an_activation_that_jumps(name):
    with pytest.raises(
        ValueError, match=f"must not jump.*; got {name}, which jumps at .*; use a continuous one"
    ):
        batch_norm_rate(name, 8)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"scale": 0.0}, "scale must be finite and not 0; got 0.0; a norm of scale 0"),
        ({"scale": [1.0, math.nan]}, "scale must be finite and not 0; got nan"),
        ({"shift": math.inf}, "shift must be finite; got inf; pass the norm's own shift"),
        ({"weight_scale": -1.0}, "weight_scale must be finite and positive; got -1.0; pass the standard"),
        ({"order": "beside"}, "order must be 'before' or 'after', where the norm stands; got 'beside'; use"),
        ({"scale": 300.0}, "must vary over lengths of .* got tanh at scale=300, shift=0"),
        ({"scale": 300.0, "batch_size": 16}, "must vary over lengths of .* got tanh at scale=300, shift=0"),
        ({"shift": 9.0, "order": "after"}, "must not carry whole features into the tails of tanh.* shift=9"),
    ],
)
def test_arguments_without_a_meaning(arguments, message):
    with pytest.raises(ValueError, match=message):
        batch_norm_rate("tanh", **arguments)


@pytest.mark.parametrize("size", [8, 100])
def test_an_activation_that_is_constant_over_the_batch(size):
    with pytest.raises(
        ValueError, match="must vary over the batch; got relu, which is constant at .*shift=-100"
    ):
        batch_norm_rate("relu", size, shift=-100.0)


def test_a_mean_that_rare_batches_make_up():
    # abs gives four examples one value wherever two are minus the other two: the mean is infinite.
    with pytest.raises(
        ValueError, match="made up by the rare ones that abs maps to nearly one value.*batch_size=4"
    ):
        batch_norm_rate("abs", 4, "after")


def test_a_kink_that_the_record_does_not_name():
    smooth = dataclasses.replace(get("relu"), kinks=(), breakpoints=())
    for size in (16, None):
        with pytest.raises(ValueError, match="breakpoints"):
            batch_norm_rate(smooth, size, shift=0.123)


def test_an_unknown_activation():
    with pytest.raises(ValueError, match="nearest: gelu"):
        batch_norm_rate("gleu")


@pytest.mark.parametrize(
    "name, shape",
    [
        ("relu", Shape(32, depth=12)),
        pytest.param("tanh", Shape(64), marks=pytest.mark.slow),
        pytest.param("relu", Shape(8), marks=pytest.mark.slow),
        pytest.param("relu", Shape(64), marks=pytest.mark.slow),
        pytest.param("tanh", Shape(8), marks=pytest.mark.slow),
        pytest.param("identity", Shape(16), marks=pytest.mark.slow),
        pytest.param("sigmoid", Shape(64), marks=pytest.mark.slow),
        pytest.param("silu", Shape(32), marks=pytest.mark.slow),
        pytest.param("selu", Shape(64), marks=pytest.mark.slow),
        pytest.param("gelu", Shape(64), marks=pytest.mark.slow),
        pytest.param("hard_tanh", Shape(16, scale=2.0, shift=0.5), marks=pytest.mark.slow),
        pytest.param(
            "tanh",
            Shape(32, order="after", scale=1.2, shift=0.3, weight_scale=1.5),
            marks=pytest.mark.slow,
        ),
        pytest.param("relu", Shape(32, order="after"), marks=pytest.mark.slow),
        pytest.param("gelu", Shape(16, order="after"), marks=pytest.mark.slow),
    ],
)
def test_networks_of_width_512_grow_as_predicted(name, shape):
    predicted = rate(name, shape.batch_size, shape.order, shape.scale, shape.shift, shape.weight_scale)
    simulated = growth_in_the_middle(name, shape, seeds=4 if shape.batch_size > 16 else 12)
    assert simulated == pytest.approx(predicted, rel=0.02)
