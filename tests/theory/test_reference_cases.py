"""The reference cases of layers and networks: computed, and simulated without the package."""

import json
import math
from pathlib import Path

import pytest

from bnact import theory
from tests.theory.wide_networks import PAIRS, mean_growth

CASES = json.loads((Path(__file__).parents[1] / "reference_cases.json").read_text())


def batch_sizes(figures):
    return [(None if key == "inf" else int(key), value) for key, value in figures.items()]


def rates():
    """(case, activation, batch size, rate) of every published rate under batch norm before the activation."""
    of_one = {"relu": CASES["batch_norm_rate_relu"], "identity": CASES["batch_norm_rate_linear"]}
    for activation, case in of_one.items():
        for batch_size, value in batch_sizes(case["by_batch_size"]):
            yield case, activation, batch_size, value
    smooth = CASES["batch_norm_rate_smooth"]
    for activation in ("tanh", "sigmoid", "silu", "selu"):
        for batch_size, value in batch_sizes(smooth[activation]):
            yield smooth, activation, batch_size, value


RATES = [pytest.param(*row, id=f"{row[1]}-{row[2]}") for row in rates()]
LAYER_RATES = {name: CASES["layer_norm_rate"][name] for name in ("relu", "tanh", "sigmoid")}
MEAN_FIELD = {2.5: CASES["mean_field_tanh_2.5_0.05"], 1.5: CASES["mean_field_tanh_1.5_0.05"]}


# ---------------------------------------------------------------------------------- without a norm


@pytest.mark.parametrize(
    "bias_variance, weight_variance", CASES["edge_of_chaos_tanh"]["bias_variance_to_weight_variance"].items()
)
def test_edge_of_chaos_of_tanh(bias_variance, weight_variance):
    found = theory.edge_of_chaos("tanh", float(bias_variance))
    assert found == pytest.approx(weight_variance, abs=CASES["edge_of_chaos_tanh"]["analytic"])


@pytest.mark.parametrize("weight_variance", MEAN_FIELD)
def test_mean_field_of_tanh(weight_variance):
    case = MEAN_FIELD[weight_variance]
    found = theory.fixed_point("tanh", weight_variance, 0.05)
    error = case["analytic"]
    assert found.variance == pytest.approx(case["fixed_point_variance"], abs=error)
    assert found.slope == pytest.approx(case["chi_1"], abs=error)
    assert found.correlation == pytest.approx(case["fixed_point_correlation"], abs=error)
    assert found.depth_scale_variance == pytest.approx(case["depth_scale_variance"], abs=error)
    assert found.depth_scale_correlation == pytest.approx(case["depth_scale_correlation"], abs=error)


def test_correlation_of_orthogonal_inputs_under_relu():
    case, correlation, kernel = CASES["relu_correlation_from_0"], 0.0, 0.0
    for layer in range(1, 101):
        correlation = theory.correlation_map("relu", correlation, 1.0, 2.0, 0.0)
        kernel = theory.arc_cosine_kernel(1, kernel)
        if str(layer) in case["layers"]:
            assert correlation == pytest.approx(case["layers"][str(layer)], abs=case["analytic"])
            assert kernel == pytest.approx(case["layers"][str(layer)], abs=case["analytic"])


def test_half_stable_point_of_gelu():
    found, case = theory.half_stable_point("gelu"), CASES["gelu_half_stable_point"]
    for name in ("bias_variance", "weight_variance", "variance"):
        assert getattr(found, name) == pytest.approx(case[name], abs=case["analytic"])


# ------------------------------------------------------------------------------------- under a norm


# As the note of the case says, silu leaves the symmetric point, slowly.
@pytest.mark.filterwarnings("ignore:batch_norm_rate. silu at a batch of 32:bnact.theory.DriftWarning")
@pytest.mark.parametrize("case, activation, batch_size, rate", RATES)
def test_rate_under_batch_norm(case, activation, batch_size, rate):
    found = theory.batch_norm_rate(activation, batch_size)
    assert found == pytest.approx(rate, abs=case["analytic"])


def test_depth_scale_of_relu_under_batch_norm():
    case = CASES["batch_norm_rate_relu"]
    assert 1.0 / math.log(theory.batch_norm_rate("relu")) == pytest.approx(
        case["depth_scale_inf"], abs=case["analytic"]
    )


def test_order_at_initialization():
    case = CASES["order_at_initialization"]
    for weight_scale in (2, 3):
        found = theory.batch_norm_rate("tanh", order="after", weight_scale=float(weight_scale))
        assert found == pytest.approx(case[f"tanh_after_sigma_w_{weight_scale}"], abs=case["analytic"])
        before = theory.batch_norm_rate("tanh", weight_scale=float(weight_scale))
        assert before == pytest.approx(theory.batch_norm_rate("tanh"), rel=1e-12)
    assert theory.batch_norm_rate("relu", order="after") == pytest.approx(
        case["relu_after"], abs=case["analytic"]
    )


@pytest.mark.parametrize("activation", LAYER_RATES)
def test_rate_under_layer_norm(activation):
    case = CASES["layer_norm_rate"]
    assert theory.layer_norm_rate(activation) == pytest.approx(LAYER_RATES[activation], abs=case["analytic"])


def simulated(case, expected, networks, activation, **setting):
    """Also that the simulation would see an error of 2 %."""
    found, standard_error = mean_growth(PAIRS[activation], networks, **setting)
    assert standard_error < 0.5 * case["simulated"] * expected
    assert found == pytest.approx(expected, rel=case["simulated"])


@pytest.mark.parametrize("activation, batch_size", [("relu", 32), ("identity", 16)])
def test_a_simulated_rate_under_batch_norm(activation, batch_size):
    case = CASES[f"batch_norm_rate_{'relu' if activation == 'relu' else 'linear'}"]
    simulated(case, case["by_batch_size"][str(batch_size)], 4, activation, examples=batch_size, axis=0)


@pytest.mark.slow
@pytest.mark.parametrize("case, activation, batch_size, rate", RATES)
def test_every_simulated_rate_under_batch_norm(case, activation, batch_size, rate):
    if batch_size is None or batch_size > 64:
        pytest.skip("the case is simulated at batches of at most 64")
    # The gradient of a small batch has a heavy tail.
    simulated(case, rate, 24 if batch_size <= 8 else 8, activation, examples=batch_size, axis=0)


@pytest.mark.slow
@pytest.mark.parametrize("activation", LAYER_RATES)
def test_a_simulated_rate_under_layer_norm(activation):
    simulated(CASES["layer_norm_rate"], LAYER_RATES[activation], 8, activation, examples=16, axis=1)
