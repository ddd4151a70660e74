"""Rows as training might leave them, made from a seeded generator and no training."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from bnact.studies import Row, Rows, setting_id
from bnact.training.log import HISTOGRAM_BINS, Log
from bnact.training.setting import Setting

STEPS = np.array([0, 1, 3, 10, 20, 40, 80, 150, 220, 300])

Quality = Callable[[Setting], float]


def plausible_rows(settings: Iterable[Setting], quality: Quality | None = None) -> Rows:
    return Rows(tuple(plausible_row(setting, quality or usual_quality) for setting in settings))


def plausible_row(setting: Setting, quality: Quality | None = None) -> Row:
    return Row(setting_id(setting), setting, plausible_log(setting, (quality or usual_quality)(setting)))


def usual_quality(setting: Setting) -> float:
    """Final accuracy: sigmoid suffers with depth, and hopelessly so without a norm."""
    worse = {"sigmoid": 0.002, "tanh": 0.0005}.get(setting.activation, 0.0) * setting.depth
    hopeless = (
        0.8 if setting.norm == "none" and setting.activation == "sigmoid" and setting.depth > 2 else 0.0
    )
    off = 0.02 * abs(np.log10(setting.learning_rate / 0.03))
    return 0.96 - worse - hopeless - off - (0.01 if setting.order == "after" else 0.0)


def plausible_log(setting: Setting, final: float) -> Log:
    noise = np.random.RandomState(int(setting_id(setting)[:8], 16))
    final = float(np.clip(final + 0.004 * noise.standard_normal(), 0.05, 1.0))
    steps = (STEPS * setting.steps / STEPS[-1]).astype(np.int32)
    grown = 1.0 - np.exp(-steps / (0.08 * setting.steps * (1 + setting.depth / 16)))
    accuracy = (0.1 + (final - 0.1) * grown / grown[-1]).astype(np.float32)
    loss = (2.3 * (1.0 - accuracy)).astype(np.float32)
    layers = np.arange(setting.depth)
    rate = {"sigmoid": 0.5, "relu": 0.95}.get(setting.activation, 0.85) if setting.norm == "none" else 1.2
    gradient = (
        0.01 * rate ** (setting.depth - 1.0 - layers) * np.exp(0.1 * noise.standard_normal(setting.depth))
    )
    fields: dict[str, Any] = {
        "step": steps,
        "train_loss": loss,
        "train_accuracy": accuracy,
        "validation_loss": loss,
        "validation_accuracy": accuracy,
        "dead": _dead(setting),
        "saturated": np.full((len(steps), setting.depth), 0.05, np.float32),
        "gradient_norm": np.tile(gradient.astype(np.float32), (len(steps), 1)),
        "histogram": _histogram(setting),
        "participation_ratio": np.full((2, setting.depth), 12.0, np.float32),
        "intrinsic_dimension": np.full((2, setting.depth), 8.0, np.float32),
        "separability": np.full((2, setting.depth), final, np.float32),
        "test_accuracy": np.float32(final - 0.003),
        "diverged": np.int32(-1),
    }
    return Log(**fields)


LOST = {
    **dict.fromkeys(("train_loss", "validation_loss", "dead", "saturated", "gradient_norm"), np.nan),
    **dict.fromkeys(("train_accuracy", "validation_accuracy"), 0.0),
}
"""What `bnact.training` logs of values that are not finite: no loss, no share, and every answer wrong."""


def diverged(row: Row) -> Row:
    """The same run, its values not finite from the third point on."""
    log = row.log
    lost: dict[str, Any] = {name: np.array(getattr(log, name)) for name in LOST}
    for name, left in LOST.items():
        lost[name][2:] = left
    histogram = np.stack([log.histogram[0], np.zeros_like(log.histogram[0])])
    end = {"histogram": histogram, "test_accuracy": np.float32(0.0), "diverged": np.int32(log.step[2])}
    return row._replace(log=log._replace(**lost, **end))


def _dead(setting: Setting) -> np.ndarray:
    struck = 0.0 if setting.kill == "none" else 0.5
    left = 0.9 * struck if setting.norm == "none" or setting.kill == "shift" else 0.0
    dead = np.linspace(struck, left, len(STEPS))
    return np.repeat(dead[:, None], setting.depth, axis=1).astype(np.float32)


def _histogram(setting: Setting) -> np.ndarray:
    draws = np.random.RandomState(int(setting_id(setting)[:8], 16)).standard_normal((2, 4000)) * np.array(
        [[1.0], [1.6]]
    )
    edges = np.linspace(-8.0, 8.0, HISTOGRAM_BINS + 1)
    return np.stack([np.histogram(np.clip(each, -7.99, 7.99), edges)[0] for each in draws]).astype(np.int32)
