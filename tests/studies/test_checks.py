import dataclasses
import math
import re

import pytest

from bnact.data import spirals
from bnact.studies.checks import check_architectures, check_batch_sizes, check_setting
from bnact.training.setting import Setting

WRONG = [
    ({"activation": "rellu"}, "relu"),
    (
        {"activation": "elu(alpha=1)"},
        "activation must be the name of a record; got activation='elu(alpha=1)'; use 'elu'",
    ),
    ({"activation": "softplus(beta=-1)"}, "beta must be within"),
    ({"norm": "bach"}, "batch"),
    (
        {"norm": "evonorm_s0"},
        "norm must be one that a study can train with; got norm='evonorm_s0'; use one of none,",
    ),
    (
        {"norm": "instance"},
        "instance norm needs positions, over which it takes its statistics; got architecture=mlp, which has "
        "none; use conv_net, resnet or transformer",
    ),
    ({"norm": "group", "width": 10}, "group_norm: features must be divisible by groups; got features=10"),
    ({"norm": "group", "width": 4}, "need 2 features each; got width=4; use width=8 or more"),
    (
        {"norm": "ghost_batch", "batch_size": 48},
        "norm=ghost_batch cannot be trained with; ghost_batch_norm: ",
    ),
    ({"norm": "mean_only_batch", "batch_size": 1}, "training takes statistics over at least 2 examples"),
    ({"norm": "scale", "kill": "shift"}, "kill=shift needs a norm with a bias to shift; got norm=scale"),
    ({"architecture": "resnett"}, "architecture: must be one of mlp, normalized_input_mlp, "),
    ({"architecture": "resnett"}, "got 'resnett'; use 'resnet'"),
    (
        {"architecture": "resnet", "kill": "bias"},
        "kill=bias needs an architecture whose every pair follows a linear map with a bias; got "
        "architecture=resnet; use mlp, normalized_input_mlp or conv_net, or kill=step",
    ),
    ({"architecture": "transformer", "kill": "shift"}, "got architecture=transformer; use mlp, "),
    ({"order": "during"}, "order must be one of ('before', 'after'); got order='during'"),
    ({"kill": "axe"}, "kill must be one of ('none', 'bias', 'shift', 'step'); got kill='axe'"),
    ({"depth": 0}, "depth must be at least 1; got depth=0; use 1 or more"),
    ({"depth": 2.0}, "depth must be a whole number; got depth=2.0"),
    ({"depth": True}, "depth must be a whole number; got depth=True"),
    ({"norm": "group", "width": 8.5}, "width must be a whole number; got width=8.5"),
    ({"width": 0}, "width must be at least 1; got width=0"),
    ({"batch_size": 0}, "batch_size must be at least 1; got batch_size=0"),
    ({"steps": 0}, "steps must be at least 1; got steps=0"),
    ({"seed": -1}, "seed must be at least 0; got seed=-1"),
    ({"learning_rate": 0.0}, "learning_rate must be a finite number above 0; got learning_rate=0.0"),
    ({"learning_rate": -0.1}, "learning_rate must be a finite number above 0; got learning_rate=-0.1"),
    ({"learning_rate": math.nan}, "learning_rate must be a finite number above 0; got learning_rate=nan"),
    ({"learning_rate": math.inf}, "learning_rate must be a finite number above 0; got learning_rate=inf"),
    ({"learning_rate": "0.1"}, "learning_rate must be a finite number above 0; got learning_rate='0.1'"),
    ({"gain": 0.0}, "gain must be a finite number above 0; got gain=0.0"),
    ({"norm": "batch", "batch_size": 1}, "batch norm needs batch_size of at least 2"),
    ({"norm": "layer", "width": 1}, "layer norm needs width of at least 2"),
    (
        {"architecture": "normalized_input_mlp", "norm": "none", "batch_size": 1},
        "normalized_input_mlp, by its own batch norm, needs batch_size of at least 2, since it subtracts the "
        "mean over it; got batch_size=1; use batch_size=2 or more, or architecture=mlp",
    ),
    (
        {"architecture": "transformer", "norm": "none", "width": 1},
        "transformer, by its own layer norm, needs width of at least 2",
    ),
]


@pytest.mark.parametrize("change, message", WRONG, ids=[str(change) for change, _ in WRONG])
def test_refuses(change, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        check_setting(dataclasses.replace(Setting(), **change))


@pytest.mark.parametrize(
    "setting",
    [
        Setting(),
        Setting(activation="softplus(beta=2.0)"),
        Setting(norm="none", batch_size=1),
        Setting(norm="layer", batch_size=1),
        Setting(norm="rms", width=1),
        Setting(architecture="normalized_input_mlp", norm="none", width=1),
        Setting(architecture="transformer", norm="none", batch_size=1),
        Setting(depth=1, width=1, steps=1, batch_size=2),
        Setting(learning_rate=1),
        Setting(architecture="conv_net", kill="bias"),
        Setting(architecture="resnet", kill="step"),
    ],
)
def test_accepts(setting):
    check_setting(setting)


def test_a_norm_is_asked_about_the_features_that_the_pair_stands_on():
    check_setting(Setting(architecture="transformer", norm="group", width=6))  # on 24 features


@pytest.mark.parametrize("name", ["width", "batch_size"])
def test_sizes_are_looked_at_before_a_norm_is_asked_about_them(name):
    with pytest.raises(ValueError, match=f"^setting: {name} must be a whole number; got {name}=8.5; use 1"):
        check_setting(dataclasses.replace(Setting(norm="group"), **{name: 8.5}))


def test_refuses_a_batch_larger_than_the_data():
    dataset = spirals(examples_per_arm=140)
    with pytest.raises(ValueError, match="^spirals: batch_size .* use a batch_size from 1 to 252$"):
        check_batch_sizes(
            [Setting(data="spirals", batch_size=2), Setting(data="spirals", batch_size=253)], [dataset]
        )
    check_batch_sizes([Setting(data="spirals", batch_size=252)], [dataset])


def test_an_architecture_that_needs_images_is_refused_on_vectors():
    message = (
        "architecture: conv_net needs examples that are images; got the dataset 'spirals' of vectors with 2 "
        "features; use mlp, normalized_input_mlp or residual_mlp"
    )
    of_data = Setting(data="spirals")
    with pytest.raises(ValueError, match=f"^{message}$"):
        check_architectures([of_data, Setting(data="spirals", architecture="conv_net")], [spirals()])
    check_architectures([of_data, Setting(data="spirals", architecture="residual_mlp")], [spirals()])
