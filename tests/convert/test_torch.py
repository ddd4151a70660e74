"""bnact.convert.torch against torch itself."""

import dataclasses

import numpy as np
import pytest

from bnact import convert
from tests.convert.sides import (
    BIAS,
    SCALE,
    assert_same,
    batches,
    fresh,
    hold_from,
    hold_to,
    needs,
    remembering,
    trained,
)

pytestmark = needs("torch")

MADE = {
    "batch": ("batch", {}),
    "batch with another momentum and epsilon": ("batch", {"momentum": 0.3, "eps": 1e-2}),
    "batch with the plain average": ("batch", {"momentum": None}),
    "batch without scale and bias": ("batch", {"affine": False}),
    "batch without bias": ("batch", {"bias": False}),
    "layer": ("layer", {}),
    "layer without bias": ("layer", {"bias": False, "eps": 1e-3}),
    "rms": ("rms", {}),
    "rms with an epsilon": ("rms", {"eps": 1e-4}),
    "group": ("group", {"num_groups": 3}),
    "instance": ("instance", {}),
    "instance with scale and bias": ("instance", {"affine": True}),
    "instance with running averages": ("instance", {"affine": True, "track_running_stats": True}),
}
OURS = {
    "batch": remembering,
    "layer": lambda settings: fresh("layer", settings),
    "group": lambda settings: fresh("group", {**settings, "groups": 2}),
    "instance": lambda settings: fresh("instance", settings),
    "rms": lambda settings: fresh("rms", settings, (SCALE, None)),
}


def made(name):
    from tests.convert import torch_side

    kind, settings = MADE[name]
    return torch_side.made(kind, **settings)


@pytest.mark.parametrize("name", MADE)
def test_what_comes_from_torch_evaluates_and_trains_as_torch(name):
    hold_from(made(name))


@pytest.mark.parametrize("kind", OURS)
def test_what_goes_to_torch_evaluates_and_trains_as_ours(kind):
    from tests.convert import torch_side

    settings = {"momentum": 0.8, "bessel": True} if kind == "batch" else {}
    layer = OURS[kind]({"epsilon": 1e-4, **settings})
    hold_to(layer, torch_side.filled(convert.to_torch(layer), kind))


@pytest.mark.parametrize("name", [name for name in MADE if "running averages" not in name])
def test_there_and_back(name):
    layer = trained(made(name)).layer()
    there = convert.to_torch(layer)
    assert_same(layer, convert.from_torch(there.arrays, MADE[name][0], there.settings))


def test_an_instance_norm_with_running_averages_comes_frozen():
    layer = trained(made("instance with running averages")).layer()
    assert (layer.kind, layer.frozen) == ("batch", True)


WRONG = {
    "momentum swapped": {"momentum": 0.1},
    "a biased variance": {"bessel": False},
    "another epsilon": {"epsilon": 1e-3},
    "debiased": {"debias": True},
}


@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_convention_is_caught(fault):
    side = trained(made("batch"))
    layer = side.layer()
    wrong = dataclasses.replace(layer, settings={**layer.settings, **WRONG[fault]})
    with pytest.raises(AssertionError, match="residual .* bound 1e-05; shape"):
        convert.assert_training_agreement(wrong, side.step, batches())


def test_channels_in_the_wrong_place_are_caught():
    side = made("layer")
    layer = side.layer()
    x = batches(1, (6,))[0]
    with pytest.raises(AssertionError, match="output differs"):
        convert.assert_agreement(layer, lambda x: side.evaluate(x.T).T, x)


def test_a_whole_network_by_its_modules_and_by_its_state_dict():
    from tests.convert.torch_side import torch

    network = torch.nn.Sequential(
        torch.nn.Conv2d(3, 6, 3),
        torch.nn.BatchNorm2d(6, momentum=0.2),
        torch.nn.Sequential(torch.nn.GroupNorm(2, 6), torch.nn.LayerNorm(6)),
    )
    by_module = convert.layers_from_torch_module(network)
    assert {name: layer.kind for name, layer in by_module.items()} == {
        "1": "batch",
        "2.0": "group",
        "2.1": "layer",
    }
    by_name = convert.layers_from_torch(
        network.state_dict(),
        kinds={"2.0": "group", "2.1": "layer"},
        settings={"batch": {"momentum": 0.2}, "group": {"num_groups": 2}},
    )
    assert [*by_name] == [*by_module]
    for name, layer in by_module.items():
        assert_same(layer, by_name[name])


def test_bfloat16_weights_stay_bfloat16():
    from tests.convert.torch_side import torch

    layer = convert.from_torch_module(torch.nn.LayerNorm(4, dtype=torch.bfloat16))
    assert convert.to_torch(layer).arrays["weight"].dtype == "bfloat16"


def test_the_variance_that_flax_would_have_averaged():
    torch_averages = trained(made("batch")).layer()
    x = batches(1)[0]
    biased = convert.with_bessel(torch_averages, False, batch_size=x[..., 0].size)
    ours = remembering({"epsilon": 1e-5, "momentum": 0.9})
    np.testing.assert_allclose(biased.state.variance, ours.state.variance, rtol=1e-5)
    assert not np.allclose(torch_averages.state.variance, ours.state.variance, rtol=1e-3)


@pytest.mark.parametrize("axes", [1, 2])
def test_kernels_and_biases_of_dense_maps_and_convolutions(axes):
    from jax import lax

    from tests.convert.torch_side import torch

    x = batches(1, (4, *(5, 7)[:axes]))[0]
    module = getattr(torch.nn, f"Conv{axes}d")(6, 4, 3, groups=2)
    kernel = convert.features_last_kernel(module.weight)
    letters = "HW"[:axes]
    y = lax.conv_general_dilated(
        x,
        kernel,
        (1,) * axes,
        "VALID",
        feature_group_count=2,
        dimension_numbers=(f"N{letters}C", f"{letters}IO", f"N{letters}C"),
    )
    theirs = convert.channels_last(module(torch.tensor(np.asarray(convert.channels_first(x)))))
    bias = module.bias.detach().numpy()
    np.testing.assert_allclose(y + bias.reshape((1,) * (axes + 1) + (-1,)), theirs, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(convert.outputs_first_kernel(kernel), module.weight.detach())


def test_a_dense_map_after_flattening():
    from tests.convert.torch_side import torch

    x = batches(1)[0]
    module = torch.nn.Linear(36, 5)
    kernel = convert.dense_after_flatten(module.weight, channels=6, positions=(3, 2))
    first = torch.tensor(np.asarray(convert.channels_first(x)))
    theirs = module(torch.flatten(first, 1)).detach() - module.bias.detach()
    np.testing.assert_allclose(x.reshape(8, -1) @ kernel, theirs, rtol=1e-4, atol=1e-5)
    assert not np.allclose(x.reshape(8, -1) @ np.asarray(module.weight.detach()).T, theirs, atol=1e-2)


def test_another_module_is_refused():
    from tests.convert.torch_side import torch

    with pytest.raises(
        ValueError, match="module must be one of BatchNorm1d.*got torch.*Linear; use from_torch"
    ):
        convert.from_torch_module(torch.nn.Linear(2, 2))
    with pytest.raises(ValueError, match="normalized_shape must be one axis.*got normalized_shape=.3, 2"):
        convert.from_torch_module(torch.nn.LayerNorm((3, 2)))
    with pytest.raises(ValueError, match="running_mean must be among the arrays.*got weight, bias"):
        convert.from_torch_module(torch.nn.BatchNorm1d(2, track_running_stats=False))


def test_a_bias_without_a_scale_is_refused():
    with pytest.raises(ValueError, match="torch has no bias without a weight"):
        convert.to_torch(fresh("layer", {"epsilon": 1e-5}, (None, BIAS)))
