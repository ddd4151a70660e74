import pytest

from bnact.numerics import divisors


@pytest.mark.parametrize(
    "number, expected", [(12, (1, 2, 3, 4, 6, 12)), (7, (1, 7)), (1, (1,)), (0, ()), (9, (1, 3, 9))]
)
def test_they_are_all_that_divide(number, expected):
    assert divisors(number) == expected
