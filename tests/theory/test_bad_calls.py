"""Bad calls over theory without a norm, and what the error of each must say."""

import math

import numpy as np
import pytest

from tests.theory.refusals import assert_refused, call

NAN, INF = math.nan, math.inf
GRAM = np.array([[1.0, 0.3], [0.3, 1.0]])


# what is wrong -> (call, what its message must hold: the argument, what came)
MAPS = {
    "variance_map, unknown": (call("variance_map", "reluu", 1.0, 2.0, 0.0), ("'reluu'", "relu")),
    "variance_map, variance -1": (call("variance_map", "relu", -1.0, 2.0, 0.0), ("variance", "-1.0")),
    "variance_map, variance NaN": (call("variance_map", "relu", NAN, 2.0, 0.0), ("variance", "nan")),
    "variance_map, variance inf": (call("variance_map", "relu", INF, 2.0, 0.0), ("variance", "inf")),
    "variance_map, one of many": (
        call("variance_map", "relu", np.array([1.0, -0.5]), 2.0, 0.0),
        ("variance", "-0.5"),
    ),
    "variance_map, weights": (call("variance_map", "relu", 1.0, -2.0, 0.0), ("weight_variance", "-2.0")),
    "variance_map, weights NaN": (call("variance_map", "relu", 1.0, NAN, 0.0), ("weight_variance", "nan")),
    "variance_map, biases": (call("variance_map", "relu", 1.0, 2.0, -0.1), ("bias_variance", "-0.1")),
    "variance_map, biases NaN": (call("variance_map", "relu", 1.0, 2.0, NAN), ("bias_variance", "nan")),
    "correlation_map, unknown": (
        call("correlation_map", "tahn", 0.5, 1.0, 1.0, 0.0),
        ("'tahn'", "tanh"),
    ),
    "correlation_map, 1.1": (
        call("correlation_map", "relu", 1.1, 1.0, 2.0, 0.0),
        ("correlation", "1.1", "[-1, 1]"),
    ),
    "correlation_map, -1.5": (
        call("correlation_map", "relu", np.array([0.0, -1.5]), 1.0, 2.0, 0.0),
        ("correlation", "-1.5", "[-1, 1]"),
    ),
    "correlation_map, NaN": (
        call("correlation_map", "relu", NAN, 1.0, 2.0, 0.0),
        ("correlation", "nan", "[-1, 1]"),
    ),
    "correlation_map, variance": (
        call("correlation_map", "relu", 0.5, -1.0, 2.0, 0.0),
        ("variance", "-1.0"),
    ),
    "correlation_map, biases": (
        call("correlation_map", "relu", 0.5, 1.0, 2.0, -1.0),
        ("bias_variance", "-1.0"),
    ),
    "correlation_map, nothing left": (
        call("correlation_map", "relu", 0.5, 0.0, 2.0, 0.0),
        ("variance", "0.0"),
    ),
    "mean_map, variance": (call("mean_map", "relu", 0.0, -1.0), ("variance", "-1.0")),
    "mean_map, mean": (call("mean_map", "relu", NAN, 1.0), ("mean", "nan")),
    "variance_slope, variance": (call("variance_slope", "relu", -1.0, 2.0), ("variance", "-1.0")),
    "variance_slope, weights": (call("variance_slope", "relu", 1.0, NAN), ("weight_variance", "nan")),
    "correlation_slope, a jump": (call("correlation_slope", "step", 1.0, 1.0, 1.0), ("jump", "step")),
    "correlation_slope, 2": (call("correlation_slope", "relu", 2.0, 1.0, 1.0), ("correlation", "2.0")),
}
FIXED = {
    "fixed_point, unknown": (call("fixed_point", "geluu", 1.0, 0.1), ("'geluu'", "gelu")),
    "fixed_point, weights": (call("fixed_point", "tanh", -1.0, 0.1), ("weight_variance", "-1.0")),
    "fixed_point, weights NaN": (call("fixed_point", "tanh", NAN, 0.1), ("weight_variance", "nan")),
    "fixed_point, biases": (call("fixed_point", "tanh", 1.0, -0.1), ("bias_variance", "-0.1")),
    "fixed_point, relu grows": (call("fixed_point", "relu", 3.0, 0.0), ("weight_variance", "3.0")),
    "fixed_point, relu shrinks": (call("fixed_point", "relu", 1.0, 0.0), ("weight_variance", "1.0")),
    "fixed_point, relu drifts": (call("fixed_point", "relu", 2.0, 0.1), ("weight_variance", "2.0")),
    "fixed_point, identity grows": (call("fixed_point", "identity", 1.5, 0.1), ("weight_variance", "1.5")),
    "fixed_point, tanh shrinks": (call("fixed_point", "tanh", 0.5, 0.0), ("weight_variance", "0.5")),
    "fixed_point, squares grow": (call("fixed_point", "square", 2.0, 0.5), ("weight_variance", "2.0")),
    "fixed_point, exponentials": (
        call("fixed_point", "exponential", 2.0, 0.5),
        ("weight_variance", "2.0"),
    ),
    "fixed_point, a jump": (call("fixed_point", "step", 1.0, 0.1), ("jump", "step")),
    "edge_of_chaos, unknown": (call("edge_of_chaos", "tan", 0.1), ("'tan'", "tanh")),
    "edge_of_chaos, biases": (call("edge_of_chaos", "tanh", -0.1), ("bias_variance", "-0.1")),
    "edge_of_chaos, biases NaN": (call("edge_of_chaos", "tanh", NAN), ("bias_variance", "nan")),
    "edge_of_chaos, relu with biases": (call("edge_of_chaos", "relu", 0.1), ("relu", "0.1")),
    "edge_of_chaos, a jump": (call("edge_of_chaos", "sign", 0.1), ("jump", "sign")),
    "half_stable_point, none": (call("half_stable_point", "tanh"), ("tanh",)),
    "half_stable_point, unknown": (call("half_stable_point", "gleu"), ("'gleu'", "gelu")),
}
UNITS = {
    f"born_dead_probability, {widths!r}": (call("born_dead_probability", widths), ("widths", f"{shown}"))
    for widths, shown in [
        ((), "()"),
        ((0,), "0"),
        ((3, -1), "-1"),
        ((2.5,), "2.5"),
        ((True,), "True"),
        ((NAN,), "nan"),
        (("3",), "'3'"),
        (3, "3"),
    ]
} | {
    "born_dead_probability, whole": (call("born_dead_probability", (), whole_network=True), ("widths", "()")),
    "born_dead_probability, whole 0": (call("born_dead_probability", [3, 0], True), ("widths", "0")),
    "dead_under_batch_norm, of 1": (call("dead_under_batch_norm", -1.0, 1), ("batch_size", "1")),
    "dead_under_batch_norm, of 8.0": (call("dead_under_batch_norm", -1.0, 8.0), ("batch_size", "8.0")),
    "dead_under_batch_norm, of True": (call("dead_under_batch_norm", -1.0, True), ("batch_size", "True")),
    "dead_under_batch_norm, NaN": (
        call("dead_under_batch_norm", np.array([0.0, NAN]), 8),
        ("shift_over_scale", "nan"),
    ),
    "dead_share, unknown": (call("dead_share", "rellu", 4), ("'rellu'", "relu")),
    "dead_share, of 0": (call("dead_share", "relu", 0), ("batch_size", "0")),
    "dead_share, of 4.0": (call("dead_share", "relu", 4.0), ("batch_size", "4.0")),
    "dead_share, variance": (call("dead_share", "relu", 4, variance=-1.0), ("variance", "-1.0")),
    "dead_share, mean": (call("dead_share", "relu", 4, mean=NAN), ("mean", "nan")),
    "dead_share, correlation": (call("dead_share", "relu", 4, correlation=1.5), ("correlation", "1.5")),
    "dead_share, below 0": (call("dead_share", "relu", 4, correlation=-0.1), ("correlation", "-0.1")),
    "dead_share_under_batch_norm, of 1": (
        call("dead_share_under_batch_norm", "relu", 1),
        ("batch_size", "1"),
    ),
    "dead_share_under_batch_norm, shift": (
        call("dead_share_under_batch_norm", "relu", 8, shift=NAN),
        ("shift", "nan"),
    ),
    "saturated_share, unknown": (call("saturated_share", "sigmoyd"), ("'sigmoyd'", "sigmoid")),
    "saturated_share, scale": (call("saturated_share", "tanh", scale=NAN), ("scale", "nan")),
    "saturated_share, shift": (call("saturated_share", "tanh", shift=INF), ("shift", "inf")),
    "saturated_share, a batch of 1": (call("saturated_share", "tanh", batch_size=1), ("batch_size", "1")),
    "length_scatter, tanh": (call("length_scatter", "tanh", (8,)), ("activation", "tanh")),
    "length_scatter, unknown": (call("length_scatter", "rellu", (8,)), ("'rellu'", "relu")),
    "length_scatter, widths": (call("length_scatter", "relu", (8, 0)), ("widths", "0")),
    "length_scatter, a number": (call("length_scatter", "relu", 64), ("widths", "64", "use [64]")),
    "length_scatter, a float": (call("length_scatter", "relu", (8.0,)), ("widths", "8.0")),
    "input_gradient_scatter, tanh": (call("input_gradient_scatter", "tanh", (8,), 4), ("activation", "tanh")),
    "input_gradient_scatter, in": (call("input_gradient_scatter", "relu", (8,), 0), ("in_features", "0")),
}
KERNELS = {
    "arc_cosine_kernel, order 3": (call("arc_cosine_kernel", 3, 0.5), ("order", "3")),
    "arc_cosine_kernel, order -1": (call("arc_cosine_kernel", -1, 0.5), ("order", "-1")),
    "arc_cosine_kernel, order 1.5": (call("arc_cosine_kernel", 1.5, 0.5), ("order", "1.5")),
    "arc_cosine_kernel, 1.5": (call("arc_cosine_kernel", 1, 1.5), ("correlation", "1.5")),
    "arc_cosine_kernel, NaN": (call("arc_cosine_kernel", 1, [0.0, NAN]), ("correlation", "nan")),
} | {
    f"{kernel}, {what}": (call(kernel, activation, gram, depth, *variances), words)
    for kernel in ("nngp_kernel", "neural_tangent_kernel")
    for what, activation, gram, depth, variances, words in [
        ("unknown", "rellu", GRAM, 2, (2.0, 0.0), ("'rellu'", "relu")),
        ("a row", "relu", GRAM[0], 2, (2.0, 0.0), ("gram", "(2,)")),
        ("not square", "relu", GRAM[:1], 2, (2.0, 0.0), ("gram", "(1, 2)")),
        ("not symmetric", "relu", np.array([[1.0, 0.5], [0.1, 1.0]]), 2, (2.0, 0.0), ("gram", "symmetric")),
        ("a negative length", "relu", -GRAM, 2, (2.0, 0.0), ("gram", "-1.0")),
        ("a correlation of 3", "relu", np.array([[1.0, 3.0], [3.0, 1.0]]), 2, (2.0, 0.0), ("gram", "3.0")),
        ("NaN", "relu", GRAM * NAN, 2, (2.0, 0.0), ("gram", "nan")),
        ("depth -1", "relu", GRAM, -1, (2.0, 0.0), ("depth", "-1")),
        ("depth 1.5", "relu", GRAM, 1.5, (2.0, 0.0), ("depth", "1.5")),
        ("depth True", "relu", GRAM, True, (2.0, 0.0), ("depth", "True")),
        ("weights", "relu", GRAM, 2, (-2.0, 0.0), ("weight_variance", "-2.0")),
        ("biases", "relu", GRAM, 2, (2.0, NAN), ("bias_variance", "nan")),
    ]
}
MOMENTS = {
    "gain, unknown": (call("gain", "rellu"), ("'rellu'", "relu")),
    "gain, preserve": (call("gain", "relu", "mean"), ("preserve", "'mean'", "variance")),
    "moment_map, unknown": (call("moment_map", "sellu", 0.0, 1.0), ("'sellu'", "selu")),
    "moment_map, mean": (call("moment_map", "selu", NAN, 1.0), ("mean", "nan")),
    "moment_map, variance": (call("moment_map", "selu", 0.0, -1.0), ("variance", "-1.0")),
    "moment_map, too large": (call("moment_map", "exponential", 800.0, 1.0), ("exponential", "mean=800")),
    "moment_map_jacobian, variance 0": (call("moment_map_jacobian", "selu", 0.0, 0.0), ("variance", "0.0")),
    "self_normalizing_constants, relu": (call("self_normalizing_constants", "relu"), ("activation", "relu")),
    "self_normalizing_constants, sum": (
        call("self_normalizing_constants", "elu", NAN),
        ("weight_sum", "nan"),
    ),
    "standardizing_constants, unknown": (call("standardizing_constants", "eluu"), ("'eluu'", "elu")),
    "standardizing_constants, sum": (call("standardizing_constants", "elu", INF), ("weight_sum", "inf")),
    "jacobian_moments, a jump": (call("jacobian_moments", "step", 3, 1.0, 1.0), ("jump", "step")),
    "jacobian_moments, depth 0": (call("jacobian_moments", "relu", 0, 1.0, 1.0), ("depth", "0")),
    "jacobian_moments, depth 1.5": (call("jacobian_moments", "relu", 1.5, 1.0, 1.0), ("depth", "1.5")),
    "jacobian_moments, variance": (call("jacobian_moments", "relu", 3, -1.0, 1.0), ("variance", "-1.0")),
    "jacobian_moments, weights": (call("jacobian_moments", "relu", 3, 1.0, NAN), ("weight_variance", "nan")),
    "jacobian_moments, of what": (
        call("jacobian_moments", "relu", 3, 1.0, 1.0, weights="uniform"),
        ("weights", "'uniform'"),
    ),
    "normalized_moment, of 1": (call("normalized_moment", 4, 1), ("batch_size", "1")),
    "normalized_moment, order": (call("normalized_moment", 2.5, 8), ("order", "2.5")),
    "normalized_absolute_moment, order": (call("normalized_absolute_moment", -1.0, 8), ("order", "-1.0")),
    "normalized_absolute_moment, NaN": (call("normalized_absolute_moment", NAN, 8), ("order", "nan")),
    "batch_variance_moment, of 3": (call("batch_variance_moment", -1, 3), ("order", "-1")),
    "batch_variance_moment, variance": (call("batch_variance_moment", 1, 8, 0.0), ("variance", "0.0")),
    "normalized_distribution, NaN": (call("normalized_distribution", [0.0, NAN], 8), ("value", "nan")),
    "normalized_distribution, of True": (call("normalized_distribution", 0.0, True), ("batch_size", "True")),
}
CALLS = MAPS | FIXED | UNITS | MOMENTS | KERNELS


@pytest.mark.parametrize("which", CALLS)
def test_a_bad_call_is_told_what_came_and_what_to_do(which):
    assert_refused(*CALLS[which])
