import math
from statistics import NormalDist

import numpy as np
import pytest

from bnact.activations import ACTIVATIONS
from bnact.numerics.quadrature import expectation
from bnact.theory import jacobian_moments
from bnact.theory.signals.isometry import Weights

WIDTH, DEPTH, VARIANCE, WEIGHT_VARIANCE = 400, 4, 0.8, 1.3
SLOPES = {"relu": lambda x: (x > 0) * 1.0, "tanh": lambda x: 1.0 - np.tanh(x) ** 2}
OTHER: dict[Weights, Weights] = {"normal": "orthogonal", "orthogonal": "normal"}


def matrix(rng, weights):
    normal = rng.normal(size=(WIDTH, WIDTH))
    return np.linalg.qr(normal)[0] if weights == "orthogonal" else normal / math.sqrt(WIDTH)


@pytest.mark.parametrize("weights", OTHER)
@pytest.mark.parametrize("name", SLOPES)
def test_singular_values_of_wide_networks(name, weights):
    # What comes in is normal and new in each layer; its quantiles, so that their number adds no scatter.
    inputs = [NormalDist().inv_cdf((unit + 0.5) / WIDTH) for unit in range(WIDTH)]
    rng, jacobian = np.random.default_rng(0), math.sqrt(WEIGHT_VARIANCE) ** DEPTH * np.eye(WIDTH)
    for _ in range(DEPTH):
        slopes = SLOPES[name](math.sqrt(VARIANCE) * rng.permutation(inputs)[:, None])
        jacobian = slopes * (matrix(rng, weights) @ jacobian)
    squares = np.linalg.svd(jacobian, compute_uv=False) ** 2
    mean, variance, relative = jacobian_moments(name, DEPTH, VARIANCE, WEIGHT_VARIANCE, weights)
    assert squares.mean() == pytest.approx(mean, rel=0.05)
    assert squares.var() / squares.mean() ** 2 == pytest.approx(relative, rel=0.05)
    assert variance == pytest.approx(relative * mean**2, rel=1e-12)
    swapped = jacobian_moments(name, DEPTH, VARIANCE, WEIGHT_VARIANCE, OTHER[weights])
    assert squares.var() / squares.mean() ** 2 != pytest.approx(swapped.relative_variance, rel=0.2)


def test_relu_and_identity_in_closed_form():
    assert jacobian_moments("relu", 5, 1.0, 2.0) == pytest.approx((1.0, 10.0, 10.0), rel=1e-13)
    assert jacobian_moments("relu", 5, 1.0, 2.0, "orthogonal") == pytest.approx((1.0, 5.0, 5.0), rel=1e-13)
    assert jacobian_moments("identity", 3, 1.0, 2.0) == pytest.approx((8.0, 192.0, 3.0), rel=1e-13)
    assert jacobian_moments("identity", 3, 1.0, 1.0, "orthogonal") == pytest.approx(
        (1.0, 0.0, 0.0), abs=1e-13
    )


def test_only_orthogonal_weights_come_near_isometry():
    # At small variance every slope of tanh is 1; the depth may grow as the variance falls.
    orthogonal = jacobian_moments("tanh", 100, 1e-4, 1.0, "orthogonal")
    assert orthogonal.relative_variance < 1e-3
    assert jacobian_moments("tanh", 100, 1e-4, 1.0).relative_variance > 100.0


@pytest.mark.parametrize("name", [name for name, act in ACTIVATIONS.items() if not act.jumps])
def test_every_activation(name):
    act, spread = ACTIVATIONS[name], math.sqrt(VARIANCE)
    splits = [point / spread for point in act.breakpoints]
    first, second = (expectation(lambda z, p=p: act.derivative(spread * z) ** p, splits) for p in (2, 4))
    mean, _, relative = jacobian_moments(name, 2, VARIANCE, WEIGHT_VARIANCE)
    assert mean == pytest.approx((WEIGHT_VARIANCE * first) ** 2, rel=1e-11)
    assert relative == pytest.approx(2.0 * second / first**2, rel=1e-11)


def test_arrays_broadcast_and_numbers_stay_numbers():
    moments = jacobian_moments("tanh", np.array([1, 5]), np.array([[0.1], [1.0], [100.0]]), 1.5)
    assert {np.shape(of) for of in moments} == {(3, 2)}
    one = jacobian_moments("tanh", 5, 100.0, 1.5)
    assert [type(of) for of in one] == [float] * 3
    np.testing.assert_allclose(np.array(moments)[:, 2, 1], np.array(one), rtol=1e-12)


@pytest.mark.parametrize(
    "given, message",
    [
        (("tahn", 3, 1.0, 1.0), "nearest: tanh"),
        (("step", 3, 1.0, 1.0), "must not jump; got step, which jumps at .*; use"),
        (("tanh", 0, 1.0, 1.0), "depth must be a concrete integer of at least 1; got 0; use"),
        (("tanh", 2.5, 1.0, 1.0), "depth must be a concrete integer of at least 1; got 2.5; use"),
        (("tanh", 3, -1.0, 1.0), "variance must be finite and not negative; got -1.0; a variance"),
        (("tanh", 3, 1.0, math.nan), "weight_variance must be finite and not negative; got nan; a variance"),
        (("tanh", 3, 1.0, 1.0, "diagonal"), "must be 'normal' or 'orthogonal'; got 'diagonal'; use 'normal'"),
        (("square", 3, 0.0, 1.0), "must have a slope; got square, with E phi'.2 = 0 at variance 0.0; raise"),
    ],
)
def test_what_is_refused(given, message):
    with pytest.raises(ValueError, match=message):
        jacobian_moments(*given)
