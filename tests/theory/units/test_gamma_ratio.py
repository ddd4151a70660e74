import mpmath
import pytest

from bnact.theory.units.gamma_ratio import log_gamma_ratio, stirling_remainder


@pytest.mark.parametrize("x", [0.01, 0.5, 1.0, 3.7, 19.9, 20.0, 31.5, 1e3, 1e9])
@pytest.mark.parametrize("step", [-0.9, -0.25, 0.0, 1e-9, 0.5, 1.0, 7.3, 60.0])
def test_against_many_digits(x, step):
    step = max(step, -0.9 * x)
    with mpmath.workdps(40):
        expected = float(mpmath.loggamma(mpmath.mpf(x) + step) - mpmath.loggamma(x))
    assert log_gamma_ratio(x, step) == pytest.approx(expected, rel=3e-15, abs=3e-15)


@pytest.mark.parametrize("x", [20.0, 24.5, 1e3, 1e8])
def test_the_rest_of_the_logarithm(x):
    with mpmath.workdps(40):
        at = mpmath.mpf(x)
        expected = mpmath.loggamma(at) - ((at - 0.5) * mpmath.log(at) - at + mpmath.log(2 * mpmath.pi) / 2)
    assert stirling_remainder(x) == pytest.approx(float(expected), rel=1e-14)
