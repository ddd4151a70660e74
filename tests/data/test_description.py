import numpy as np
import pytest

from bnact.data import DATASETS, cifar10, from_arrays, from_targets, load, mnist, parity
from bnact.data.description import OWN, SCALINGS, TARGETS
from tests.data.local_folders import cifar10_folder, mnist_folder


@pytest.mark.parametrize("name", DATASETS)
def test_every_named_dataset_says_what_was_done(name):
    dataset = load(name)
    said = dataset.description
    assert OWN not in said
    assert (TARGETS in said) == (dataset.kind == "regression")
    train, validation, test = (
        f"{len(split.inputs):,}" for split in (dataset.train, dataset.validation, dataset.test)
    )
    assert f"{train} examples to train with, {validation} to validate and {test} to test" in said
    spread = dataset.train.inputs.std(axis=0, dtype=float)
    by_itself = abs(spread - 1).max() < 1e-5
    assert (SCALINGS["each"] in said) == by_itself


def test_arguments_of_a_maker_are_said():
    assert "12 bits, -1 or 1, labelled by the parity of the first 3" in parity().description
    assert "10 bits, -1 or 1, labelled by the parity of the first 2" in parity(2, 10, 100).description


@pytest.mark.parametrize(
    "read, write, begin, counts",
    [
        (mnist, mnist_folder, "MNIST: ", (12, 24, 6)),
        (cifar10, cifar10_folder, "CIFAR-10: ", (12, 48, 12)),
    ],
)
def test_what_a_folder_held_keeps_its_test_set(tmp_path, read, write, begin, counts):
    write(tmp_path)
    said = read(tmp_path).description
    assert said.startswith(begin)
    test, train, validation = counts
    assert f"its test set of {test}; one fixed permutation" in said
    assert f"{train} examples to train with and {validation} to validate" in said


@pytest.mark.parametrize("scaling", SCALINGS)
def test_others_are_a_users_own(scaling):
    inputs = np.random.default_rng(0).normal(size=(50, 3))
    split = "One fixed permutation splits it into 30 examples to train with, 10 to validate and 10 to test."
    said = f"{OWN}. {split} {SCALINGS[scaling]}"
    assert from_arrays("mine", inputs, np.arange(50) % 2, scaling).description == said
    assert from_targets("mine", inputs, inputs[:, 0], scaling).description == f"{said} {TARGETS}"


def test_mixed_scales_are_said():
    said = load("digits-mixed").description
    assert said.startswith(load("digits").description + " Then every feature is brought")
