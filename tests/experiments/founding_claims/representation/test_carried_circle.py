import math

import numpy as np
import pytest

from experiments.founding_claims.representation.carried_circle import LAYERS, carried_circles


@pytest.mark.slow
def test_a_circle_fares_in_fresh_networks_as_theory_says():
    for (activation, norm), (predicted, measured) in carried_circles().items():
        where = f"{activation}, {norm}"
        shown = predicted.length > 0.01  # a shorter curve is lost in the rounding of float32
        np.testing.assert_allclose(
            measured.length.mean(0)[shown], predicted.length[shown], rtol=0.08, err_msg=where
        )
        np.testing.assert_allclose(
            measured.correlation.mean(0), predicted.correlation, atol=0.03, err_msg=where
        )
        if np.all(np.isfinite(predicted.curvature)):
            bent = measured.curvature.mean(0)[shown]
            np.testing.assert_allclose(bent, predicted.curvature[shown], rtol=0.08, err_msg=where)


@pytest.mark.slow
def test_theory_is_in_closed_form_where_there_is_one():
    relu = carried_circles()["relu", "no norm"].predicted
    np.testing.assert_allclose(relu.length, 1.0, rtol=1e-5)
    # The arc-cosine kernel at a right angle: 1 / pi.
    assert relu.correlation[1] == pytest.approx(1.0 / math.pi, rel=1e-4)
    under_norm = carried_circles()["relu", "batch norm"].predicted
    assert under_norm.length[LAYERS] == pytest.approx((math.pi / (math.pi - 1.0)) ** (LAYERS / 2), rel=1e-5)
