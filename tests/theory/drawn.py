"""What is counted in draws, held against a probability."""

import math

import numpy as np

STANDARD_ERRORS = 4.0


def agrees(events: np.ndarray, probability: float | np.ndarray) -> bool:
    """Whether events happen as often as a probability says, within 4 standard errors."""
    return share_agrees(float(events.mean()), events.size, float(probability))


def share_agrees(share: float, count: int, probability: float) -> bool:
    """The same of the share of so many events."""
    standard_error = math.sqrt(probability * (1.0 - probability) / count)
    # The share itself is a rounded number.
    return abs(share - probability) <= STANDARD_ERRORS * standard_error + 1e-15


def normalized_batches(batch_size: int, count: int, seed: int = 0) -> np.ndarray:
    """(count, batch_size) normal values, each batch normalized by its own biased statistics."""
    x = np.random.default_rng(seed).normal(size=(count, batch_size))
    x -= x.mean(axis=1, keepdims=True)
    return x / np.sqrt(np.mean(x**2, axis=1, keepdims=True))
