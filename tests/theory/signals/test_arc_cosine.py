import json
import math
import pathlib

import numpy as np
import pytest

from bnact.theory import arc_cosine_kernel

CASE = json.loads((pathlib.Path(__file__).parents[2] / "reference_cases.json").read_text())[
    "relu_correlation_from_0"
]
ORDERS = (0, 1, 2)


def test_relu_makes_orthogonal_inputs_alike_at_the_published_pace():
    correlation, seen = 0.0, {}
    for layer in range(1, 101):
        correlation = arc_cosine_kernel(1, correlation)
        seen[str(layer)] = correlation
    assert {layer: seen[layer] for layer in CASE["layers"]} == pytest.approx(
        CASE["layers"], abs=CASE["analytic"]
    )


@pytest.mark.parametrize("order", ORDERS)
def test_the_ends(order):
    assert arc_cosine_kernel(order, -1.0) == 0.0
    assert arc_cosine_kernel(order, 1.0) == pytest.approx(1.0, abs=1e-15)


@pytest.mark.parametrize("order, value", [(0, 1 / 2), (1, 1 / math.pi), (2, 1 / 6)])
def test_orthogonal_inputs(order, value):
    assert arc_cosine_kernel(order, 0.0) == pytest.approx(value, abs=1e-15)


def integral(order, correlation):
    """E (z1 z2)^order over the quadrant of positive z1 and z2, by its integral over the angle.

    In polar coordinates the radius integrates to 2^order order!, and z1 z2 = r^2 cos(a) cos(a - theta).
    """
    theta = math.acos(correlation)
    nodes, weights = np.polynomial.legendre.leggauss(40)
    half = (math.pi - theta) / 2.0
    angle = theta / 2.0 + half * nodes
    product = np.cos(angle) * np.cos(angle - theta)
    return 2.0**order * math.factorial(order) * np.sum(half * weights * product**order) / (2.0 * math.pi)


@pytest.mark.parametrize("order, square", [(0, 0.5), (1, 0.5), (2, 1.5)])
@pytest.mark.parametrize("correlation", [-0.99, -0.3, 0.0, 0.5, 0.999])
def test_it_is_the_mean_of_the_product_over_that_of_the_square(order, square, correlation):
    kernel = arc_cosine_kernel(order, correlation)
    assert kernel * square == pytest.approx(integral(order, correlation), abs=1e-14)


@pytest.mark.parametrize("order", ORDERS)
def test_arrays_keep_their_shape(order):
    correlations = np.linspace(-1.0, 1.0, 6).reshape(2, 3)
    kernels = arc_cosine_kernel(order, correlations)
    assert isinstance(kernels, np.ndarray)
    assert kernels.shape == (2, 3)
    assert kernels[1, 1] == arc_cosine_kernel(order, correlations[1, 1])
    assert isinstance(arc_cosine_kernel(order, 0.5), float)


@pytest.mark.parametrize("correlation", [1.0 + 1e-15, -2.0, math.nan, [0.0, math.nan]])
def test_no_correlation(correlation):
    with pytest.raises(ValueError, match=r"must be within \[-1, 1\]; got .*; clip what rounding"):
        arc_cosine_kernel(1, correlation)


@pytest.mark.parametrize("order", [-1, 3, 0.5])
def test_another_order(order):
    with pytest.raises(ValueError, match=f"must be 0, 1 or 2; got {order}; use nngp_kernel"):
        arc_cosine_kernel(order, 0.5)
