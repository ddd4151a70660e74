"""Every founding claim by name, and the name of the study that decides them."""

from collections.abc import Mapping
from types import MappingProxyType

from bnact.studies.claim import Claim

from . import (
    after_leaves_activation_alone,
    backprop_by_edges,
    batch_mean,
    depends_on_application,
    input_scale,
    manifold,
    matrix_derivatives,
    noise,
    norm_after_activation,
    norm_cures_dead_relu,
    one_step,
    relu_is_best,
    relu_keeps_advantages,
    relu_spreads,
    shared_edges,
    sigmoid_confined,
    sigmoid_never_learns,
    sigmoid_with_norm,
    simple_derivative,
    smooth_is_better,
    tanh_with_norm,
    ten_times_faster,
    vanishing_gradients,
)

STUDY = "founding_claims"

CLAIMS: Mapping[str, Claim] = MappingProxyType(
    {
        "vanishing_gradients": vanishing_gradients.CLAIM,
        "sigmoid_with_norm": sigmoid_with_norm.CLAIM,
        "relu_keeps_advantages": relu_keeps_advantages.CLAIM,
        "norm_cures_dead_relu": norm_cures_dead_relu.CLAIM,
        "tanh_with_norm": tanh_with_norm.CLAIM,
        "smooth_is_better": smooth_is_better.CLAIM,
        "depends_on_application": depends_on_application.CLAIM,
        "norm_after_activation": norm_after_activation.CLAIM,
        "after_leaves_activation_alone": after_leaves_activation_alone.CLAIM,
        "simple_derivative": simple_derivative.CLAIM,
        "input_scale": input_scale.CLAIM,
        "ten_times_faster": ten_times_faster.CLAIM,
        "sigmoid_confined": sigmoid_confined.CLAIM,
        "relu_spreads": relu_spreads.CLAIM,
        "relu_is_best": relu_is_best.CLAIM,
        "sigmoid_never_learns": sigmoid_never_learns.CLAIM,
        "manifold": manifold.CLAIM,
        "backprop_by_edges": backprop_by_edges.CLAIM,
        "one_step": one_step.CLAIM,
        "batch_mean": batch_mean.CLAIM,
        "matrix_derivatives": matrix_derivatives.CLAIM,
        "shared_edges": shared_edges.CLAIM,
        "noise": noise.CLAIM,
    }
)
