"""Bad calls over theory under a norm, and what the error of each must say."""

import math

import pytest

from tests.theory.refusals import assert_refused, call

NAN, INF = math.nan, math.inf

# what is wrong -> (call, what its message must hold: the argument, what came)
NORMS = {
    f"batch_norm_rate, batch of {size!r} {order}": (
        call("batch_norm_rate", "relu", size, order=order),
        ("batch_size", f"{size!r}"),
    )
    for size in (3, 2, 1, 0, -4, 8.0, 4.5, True, "8", NAN)
    for order in ("before", "after")
} | {
    "batch_norm_rate, unknown": (call("batch_norm_rate", "ReLUU", 8), ("'ReLUU'", "relu")),
    "batch_norm_rate, order": (call("batch_norm_rate", "relu", 8, order="befor"), ("order", "'befor'")),
    "batch_norm_rate, no order": (call("batch_norm_rate", "relu", 8, order=None), ("order", "None")),
    "batch_norm_rate, step": (call("batch_norm_rate", "step", 8), ("jump", "step")),
    "batch_norm_rate, sign": (call("batch_norm_rate", "sign"), ("jump", "sign")),
    "batch_norm_rate, after": (call("batch_norm_rate", "hard_shrink", 8, order="after"), ("hard_shrink",)),
    "batch_norm_rate, scale 0": (call("batch_norm_rate", "relu", 8, scale=0.0), ("scale", "0.0")),
    "batch_norm_rate, scale NaN": (call("batch_norm_rate", "relu", 8, scale=NAN), ("scale", "nan")),
    "batch_norm_rate, scale inf": (call("batch_norm_rate", "relu", scale=INF), ("scale", "inf")),
    "batch_norm_rate, shift NaN": (call("batch_norm_rate", "relu", 8, shift=NAN), ("shift", "nan")),
    "batch_norm_rate, shift inf": (call("batch_norm_rate", "tanh", shift=-INF), ("shift", "-inf")),
    "batch_norm_rate, weights 0": (call("batch_norm_rate", "relu", weight_scale=0.0), ("weight_scale", "0.")),
    "batch_norm_rate, weights -1": (
        call("batch_norm_rate", "tanh", 8, order="after", weight_scale=-1.0),
        ("weight_scale", "-1.0"),
    ),
    "batch_norm_rate, weights NaN": (call("batch_norm_rate", "tanh", weight_scale=NAN), ("weight_s", "nan")),
    "batch_norm_rate, always off": (call("batch_norm_rate", "relu", 8, shift=-10.0), ("relu", "shift=-10")),
}
LAYERS = {
    f"{rate}, {what}": (call(rate, activation, **options), words)
    for rate in ("layer_norm_rate", "rms_norm_rate")
    for what, activation, options, words in [
        ("unknown", "gellu", {}, ("'gellu'", "gelu")),
        ("a jump", "step", {}, ("jump", "step")),
        ("a jump after", "sign", {"order": "after"}, ("jump", "sign")),
        ("order", "relu", {"order": "middle"}, ("order", "'middle'")),
        ("scale 0", "relu", {"scale": 0.0}, ("scale", "0.0")),
        ("scale NaN", "relu", {"scale": NAN}, ("scale", "nan")),
        ("weights -2", "relu", {"order": "after", "weight_scale": -2.0}, ("weight_scale", "-2.0")),
    ]
} | {
    "layer_norm_rate, shift inf": (call("layer_norm_rate", "relu", shift=INF), ("shift", "inf")),
    "layer_norm_rate, off": (call("layer_norm_rate", "relu", shift=-60.0), ("relu", "shift=-60")),
    "rates_table, a jump": (call("rates_table", ["step"]), ("jump", "step")),
    "rates_table, unknown": (call("rates_table", ["rellu"]), ("'rellu'", "relu")),
    "rates_table, a batch of 3": (call("rates_table", ["relu"], [3]), ("batch_size", "3")),
    "residual_growth, unknown": (call("residual_growth", "rellu", 3), ("'rellu'", "relu")),
    "residual_growth, a jump": (call("residual_growth", "step", 3), ("jump", "step")),
    "residual_growth, depth 0": (call("residual_growth", "relu", 0), ("depth", "0")),
    "residual_growth, depth 2.5": (call("residual_growth", "relu", 2.5), ("depth", "2.5")),
    "residual_growth, depth True": (call("residual_growth", "relu", True), ("depth", "True")),
    "residual_growth, norm": (call("residual_growth", "relu", 3, "bacth"), ("norm", "'bacth'", "batch")),
    "residual_growth, a batch of 3": (call("residual_growth", "relu", 3, batch_size=3), ("batch_size", "3")),
    "residual_growth, two norms": (
        call("residual_growth", "relu", 3, "layer", batch_size=8),
        ("batch_size", "8"),
    ),
    "residual_growth, variance": (call("residual_growth", "relu", 3, variance=-1.0), ("variance", "-1.0")),
    "residual_growth, weights": (call("residual_growth", "relu", 3, weight_scale=NAN), ("weight_sc", "nan")),
    "residual_growth, squares": (call("residual_growth", "square", 30, "none"), ("square", "depth")),
    "symmetric_point, a jump": (call("symmetric_point", "step", 8), ("jump", "step")),
    "symmetric_point, of 3": (call("symmetric_point", "relu", 3), ("batch_size", "3")),
    "symmetric_point, of 8.0": (call("symmetric_point", "relu", 8.0), ("batch_size", "8.0")),
    "symmetric_point, scale": (call("symmetric_point", "relu", 8, scale=0.0), ("scale", "0.0")),
    "symmetric_point, shift": (call("symmetric_point", "relu", 8, shift=NAN), ("shift", "nan")),
}
CALLS = NORMS | LAYERS


@pytest.mark.parametrize("which", CALLS)
def test_a_bad_call_is_told_what_came_and_what_to_do(which):
    assert_refused(*CALLS[which])
