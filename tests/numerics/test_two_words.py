"""Arithmetic in two words against exact fractions."""

import operator
from fractions import Fraction

import jax
import numpy as np
import pytest

from bnact.numerics.two_words import (
    constant_words,
    words_difference,
    words_product,
    words_quotient,
    words_sum,
    words_where,
)

# Of float32: 48 digits, of which an operation may lose a few units.
BOUND = Fraction(1, 2**44)
OPERATIONS = {
    "sum": (words_sum, operator.add),
    "difference": (words_difference, lambda a, b: a - b),
    "product": (words_product, operator.mul),
    "quotient": (words_quotient, operator.truediv),
}


def exact(words):
    return [Fraction(float(a)) + Fraction(float(b)) for a, b in zip(*words, strict=True)]


def numbers(seed):
    rng = np.random.default_rng(seed)
    return constant_words(rng.uniform(1, 10, 500) * 10.0 ** rng.uniform(-6, 6, 500), "float32")


def worst(operation, true, a, b):
    pairs = list(zip(exact(a), exact(b), strict=True))
    scales = [
        abs(x) + abs(y) if true in (operator.add, OPERATIONS["difference"][1]) else None for x, y in pairs
    ]
    truths = [true(x, y) for x, y in pairs]
    computed = exact(operation(a, b))
    return max(abs(c - t) / (s or abs(t)) for c, t, s in zip(computed, truths, scales, strict=True))


@pytest.mark.parametrize("name", OPERATIONS)
def test_twice_the_digits_are_right(name):
    operation, true = OPERATIONS[name]
    assert worst(jax.jit(operation), true, numbers(0), numbers(1)) < BOUND


@pytest.mark.parametrize("name", OPERATIONS)
def test_one_word_is_caught(name):
    operation, true = OPERATIONS[name]

    def first_words(a, b):
        return operation((a[0], 0 * a[1]), (b[0], 0 * b[1]))

    assert worst(first_words, true, numbers(0), numbers(1)) > 1000 * BOUND


def test_a_constant_keeps_what_rounding_takes():
    rounded, rest = constant_words(0.1, "float32")
    assert rounded == np.float32(0.1)
    assert abs(float(rounded) + float(rest) - 0.1) < 1e-16


def test_both_words_are_chosen():
    a, b = numbers(0), numbers(1)
    condition = np.arange(500) % 2 == 0
    for chosen, left, right in zip(words_where(condition, a, b), a, b, strict=True):
        np.testing.assert_array_equal(chosen, np.where(condition, left, right))
