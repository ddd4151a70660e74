import pytest

from bnact.data import DATASETS, description, load


@pytest.mark.parametrize("name", DATASETS)
def test_every_named_dataset_is_described(name):
    said = description(name)
    assert "a user's own arrays" not in said
    assert ("Targets are centred" in said) == (load(name).kind == "regression")


def test_the_scaling_is_said_as_it_is():
    for name in DATASETS:
        spread = load(name).train.inputs.std(axis=0, dtype=float)
        by_itself = abs(spread - 1).max() < 1e-5
        assert ("divided by its own standard deviation" in description(name)) == by_itself, name


def test_what_a_folder_held_keeps_its_published_test_set():
    assert "MNIST" in description("mnist-0123456789ab")
    assert "CIFAR-10" in description("cifar10-0123456789ab")
    assert "The test set is the published one" in description("cifar10-0123456789ab")
    assert "60 : 20 : 20" in description("digits")


@pytest.mark.parametrize("name", ["npz-0123456789ab", "mine", "digits-mine", "mnist-mine"])
def test_others_are_a_users_own(name):
    assert description(name).startswith(f"{name}: a user's own arrays. One fixed permutation")


def test_mixed_scales_are_said():
    assert description("digits-mixed").startswith(description("digits") + " Then every feature is brought")
