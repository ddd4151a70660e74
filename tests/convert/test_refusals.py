"""Bad calls: each error names the argument, what came, and the fix. Also of bnact.convert.found."""

import jax.numpy as jnp
import numpy as np
import pytest

from bnact import convert
from bnact.normalizations import Affine
from tests.convert.sides import BIAS, FEATURES, SCALE, fresh, remembering

ONES, ZEROS = np.ones(FEATURES, np.float32), np.zeros(FEATURES, np.float32)
AVERAGES = {"running_mean": ZEROS, "running_var": ONES}
TORCH = {"weight": ONES, "bias": ZEROS, **AVERAGES}

IMPORTS = {
    "an unknown kind": (
        lambda: convert.from_torch(TORCH, "bach"),
        "kind must be one that torch has, 'batch', .*; got 'bach'; use one of them",
    ),
    "a kind that the library has not": (lambda: convert.from_keras({}, "instance"), "one that keras has"),
    "a setting in another library's words": (
        lambda: convert.from_torch(TORCH, "batch", {"epsilon": 1e-5}),
        "settings of torch's batch norm are eps, momentum; got 'epsilon'",
    ),
    "a setting that is missing": (
        lambda: convert.from_torch({}, "group"),
        "num_groups must be given, as torch has no default for it",
    ),
    "no decay rate": (
        lambda: convert.from_haiku({"norm": {"scale": ONES}}, {}, "norm"),
        "decay_rate must be given, as haiku has no default",
    ),
    "an array of another layer": (
        lambda: convert.from_torch({**TORCH, "fc.weight": ONES}),
        "arrays of torch's batch norm are weight, .*; got 'fc.weight'; pass those of this layer alone",
    ),
    "averages of a norm without": (
        lambda: convert.from_linen({"batch_stats": {"mean": ZEROS}}, "layer"),
        "arrays of linen's layer norm are scale, bias; got 'mean'",
    ),
    "arrays of two lengths": (
        lambda: convert.from_nnx({"scale": ONES, "bias": ONES[:2]}, "layer"),
        "all arrays of a layer must have its number of features; got .'scale': 6, 'bias': 2",
    ),
    "no averages": (
        lambda: convert.from_keras({"gamma": ONES}),
        "moving_mean must be among the arrays of a batch norm; got gamma",
    ),
    "no count for a plain average": (
        lambda: convert.from_torch(TORCH, "batch", {"momentum": None}),
        "num_batches_tracked must be among the arrays",
    ),
    "a count that is none": (
        lambda: convert.from_torch({**TORCH, "num_batches_tracked": -1}),
        r"num_batches_tracked must be one whole number in \[0, 2147483647\]; got -1; use the number",
    ),
    "a count that is NaN": (
        lambda: convert.from_torch({**TORCH, "num_batches_tracked": float("nan")}),
        "num_batches_tracked must be one whole number .*; got nan",
    ),
    "a count that is infinite": (
        lambda: convert.from_torch({**TORCH, "num_batches_tracked": float("inf")}),
        "num_batches_tracked must be one whole number .*; got inf",
    ),
    "a count beyond int32": (
        lambda: convert.from_torch({**TORCH, "num_batches_tracked": np.int64(2**31)}),
        "num_batches_tracked must be one whole number .*; got 2147483648",
    ),
    "two counts": (
        lambda: convert.from_torch({**TORCH, "num_batches_tracked": np.array([1, 2])}),
        "num_batches_tracked must be one whole number",
    ),
    "stacked layers": (
        lambda: convert.from_nnx({"scale": np.ones((3, 6), np.float32)}, "rms"),
        r"scale must hold one value a feature; got shape \(3, 6\); convert layers that are stacked one",
    ),
    "a path that is not there": (
        lambda: convert.from_haiku({"a": {}}, {}, "b"),
        "path must be that of a module with parameters or state; got 'b'; use one of a",
    ),
    "a pattern that matches nothing": (
        lambda: convert.layers_from_torch({"a.weight": ONES}, kinds={"b.*": "layer"}),
        r"every pattern of kinds must match a path; got 'b\.\*', and paths a",
    ),
    "settings by path": (
        lambda: convert.layers_from_torch({"a.weight": ONES}, settings={"a": {"eps": 1.0}}),
        "settings must be by kind of norm, batch, .*; got 'a'",
    ),
    "a dense map taken for a norm": (
        lambda: convert.layers_from_linen({"params": {"dense": {"kernel": ONES}}}, kinds={"dense": "layer"}),
        "layers_from_linen: 'dense': arrays of linen's layer norm are scale, bias; got 'kernel'",
    ),
}


@pytest.mark.parametrize("fault", IMPORTS)
def test_what_cannot_come_is_refused(fault):
    call, message = IMPORTS[fault]
    with pytest.raises(ValueError, match=message):
        call()


def test_integers_are_refused():
    with pytest.raises(TypeError, match="weight must be real floating; got int64; use astype"):
        convert.from_torch({"weight": np.ones(3, np.int64)}, "layer")


BIASED, UNBIASED = remembering({"epsilon": 1e-5}), remembering({"epsilon": 1e-5, "bessel": True})
DEBIASED = remembering({"epsilon": 1e-5, "debias": True})
CUMULATIVE = remembering({"epsilon": 1e-5, "momentum": None})
RMS = fresh("rms", {"epsilon": 1e-5})

EXPORTS = {
    "a biased variance to torch": (
        lambda: convert.to_torch(BIASED),
        "use with_bessel.layer, True, batch_size",
    ),
    "averages debiased to torch": (
        lambda: convert.to_torch(convert.with_bessel(DEBIASED, True)),
        "torch does not debias its averages; got debias=True after 3 updates, of which 1794 are needed",
    ),
    "an unbiased variance to linen": (
        lambda: convert.to_linen(UNBIASED),
        "linen averages the biased variance",
    ),
    "an unbiased variance to nnx": (lambda: convert.to_nnx(UNBIASED), "nnx averages the biased variance"),
    "an unbiased variance to haiku": (lambda: convert.to_haiku(UNBIASED, "a"), "haiku averages the biased"),
    "an unbiased variance to equinox": (lambda: convert.to_equinox(UNBIASED), "equinox averages the biased"),
    "an unbiased variance to keras": (
        lambda: convert.to_keras(UNBIASED),
        "keras averages the biased variance",
    ),
    "a plain average to linen": (
        lambda: convert.to_linen(CUMULATIVE),
        "linen has no plain average .*momentum=None",
    ),
    "a plain average to haiku": (lambda: convert.to_haiku(CUMULATIVE, "a"), "haiku has no plain average"),
    "a plain average to equinox": (lambda: convert.to_equinox(CUMULATIVE), "equinox has no plain average"),
    "a plain average to keras": (lambda: convert.to_keras(CUMULATIVE), "keras has no plain average"),
    "averages debiased to keras": (lambda: convert.to_keras(DEBIASED), "keras does not debias its averages"),
    "averages that never move to haiku": (
        lambda: convert.to_haiku(remembering({"epsilon": 1e-5, "momentum": 1.0}), "a"),
        "no count brings to 1 for momentum=1.0",
    ),
    "nothing averaged yet to equinox": (
        lambda: convert.to_equinox(fresh("batch", {"epsilon": 1e-5, "debias": True})),
        "equinox reads averages as they are before the first update",
    ),
    "a bias in RMS norm to torch": (
        lambda: convert.to_torch(RMS),
        "torch's rms norm has no bias; got a bias",
    ),
    "a bias in RMS norm to nnx": (lambda: convert.to_nnx(RMS), "nnx's rms norm has no bias"),
    "a bias without a scale to torch": (
        lambda: convert.to_torch(fresh("layer", {"epsilon": 1e-5}, (None, BIAS))),
        "torch has no bias without a weight",
    ),
    "a scale without a bias to equinox": (
        lambda: convert.to_equinox(fresh("group", {"epsilon": 1e-5, "groups": 2}, (SCALE, None))),
        "GroupNorm has weight and bias, or neither; got scale given and bias None",
    ),
    "RMS norm without a scale to keras": (
        lambda: convert.to_keras(fresh("rms", {"epsilon": 1e-5}, (None, None))),
        "RMSNormalization always has a scale",
    ),
    "instance norm of unknown size to keras": (
        lambda: convert.to_keras(convert.Layer("instance", {"epsilon": 1e-5})),
        "an instance norm needs its number of features here",
    ),
    "groups by size, of unknown size": (
        lambda: convert.to_torch(convert.Layer("group", {"epsilon": 1e-5, "group_size": 2})),
        "group_size needs the number of features",
    ),
    "no epsilon": (
        lambda: convert.to_torch(convert.Layer("layer", {}, Affine(jnp.asarray(ONES), None))),
        "epsilon must be among the layer's settings",
    ),
    "a norm that no library has": (
        lambda: convert.to_torch(convert.Layer("filter_response", {"epsilon": 1e-5})),
        "kind must be one that torch has, .*; got 'filter_response'",
    ),
    "a setting that no library has": (
        lambda: convert.to_torch(remembering({"epsilon": 1e-5, "bessel": True, "skip_nonfinite": True})),
        "skip_nonfinite has no counterpart in torch; got skip_nonfinite=True",
    ),
}


@pytest.mark.parametrize("fault", EXPORTS)
def test_what_cannot_go_is_refused(fault):
    call, message = EXPORTS[fault]
    with pytest.raises(ValueError, match=message):
        call()
