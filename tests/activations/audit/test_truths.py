import numpy as np
import pytest

from bnact.activations import get
from bnact.activations.audit import reference_of, truths

pytest.importorskip("mpmath", reason="mpmath is not installed")


def test_they_are_value_and_derivative_where_formulas_cancel():
    x = np.array([-40.0, 0.0, 40.0])
    value, slope = truths(reference_of(get("sigmoid"), None, None), x)
    np.testing.assert_allclose(value, [np.exp(-40.0), 0.5, 1.0], rtol=1e-15)
    np.testing.assert_allclose(slope, [np.exp(-40.0), 0.25, np.exp(-40.0)], rtol=1e-15)
