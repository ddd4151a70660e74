"""The settings that are compared."""

from experiments.diagnose.fresh import Fresh

WIDTH, DEPTH = 512, 20

_BY_PLACE: dict[tuple[str, str], tuple[tuple[str, int, float, float], ...]] = {
    # activation, batch size, weight variance, bias variance
    ("none", "before"): (
        ("relu", 8, 2.0, 0.0),
        ("relu", 64, 2.0, 0.0),
        ("relu", 32, 1.5, 0.1),
        ("leaky_relu", 32, 2.0, 0.0),
        ("elu", 32, 1.5, 0.0),
        ("gelu", 32, 2.0, 0.0),
        ("sigmoid", 32, 1.0, 0.0),
        ("tanh", 32, 1.0, 0.0),
        ("tanh", 32, 1.76, 0.05),
        ("tanh", 32, 2.5, 0.05),
        ("tanh", 32, 4.0, 0.0),
        ("hard_tanh", 8, 2.0, 0.1),
        ("hard_tanh", 64, 4.0, 0.0),
    ),
    ("batch", "before"): (
        ("relu", 8, 1.0, 0.0),
        ("relu", 16, 2.0, 0.0),
        ("relu", 64, 1.0, 0.0),
        ("leaky_relu", 16, 1.0, 0.0),
        ("tanh", 8, 1.0, 0.0),
        ("tanh", 64, 1.0, 0.0),
        ("sigmoid", 8, 1.0, 0.0),
        ("sigmoid", 64, 1.0, 0.0),
        ("elu", 32, 1.0, 0.0),
        ("hard_tanh", 8, 1.0, 0.0),
        ("hard_tanh", 32, 1.0, 0.0),
        ("gelu", 16, 1.0, 0.0),
        ("gelu", 64, 1.0, 0.0),
        ("silu", 64, 1.0, 0.0),
        ("softplus", 64, 1.0, 0.0),
        ("hard_silu", 64, 1.0, 0.0),
    ),
    ("batch", "after"): (
        ("relu", 8, 1.0, 0.0),
        ("relu", 64, 1.0, 0.0),
        ("tanh", 32, 0.25, 0.0),
        ("tanh", 32, 4.0, 0.0),
        ("sigmoid", 32, 4.0, 0.0),
        ("elu", 16, 1.0, 0.0),
        ("hard_tanh", 8, 4.0, 0.0),
        ("hard_tanh", 16, 9.0, 0.1),
        ("gelu", 64, 2.0, 0.0),
    ),
    ("layer", "before"): (
        ("relu", 8, 1.0, 0.0),
        ("relu", 32, 2.0, 0.1),
        ("tanh", 32, 1.0, 0.0),
        ("gelu", 32, 1.0, 0.0),
        ("hard_tanh", 16, 1.0, 0.0),
    ),
    ("layer", "after"): (
        ("relu", 16, 1.0, 0.0),
        ("tanh", 32, 4.0, 0.0),
        ("hard_tanh", 8, 4.0, 0.0),
    ),
    ("rms", "before"): (
        ("relu", 16, 1.0, 0.0),
        ("silu", 32, 1.0, 0.0),
    ),
    ("rms", "after"): (
        ("relu", 32, 1.0, 0.0),
        ("tanh", 32, 2.0, 0.0),
        ("hard_tanh", 16, 2.0, 0.0),
    ),
}

SETTINGS = tuple(
    Fresh(activation, norm, order, DEPTH, WIDTH, batch_size, weight_variance, bias_variance)
    for (norm, order), rows in _BY_PLACE.items()
    for activation, batch_size, weight_variance, bias_variance in rows
)
"""Chosen before any was measured: every norm and place, kinks, tails, order, chaos and the edge between."""
