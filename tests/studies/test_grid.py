import re

import jax
import pytest

from bnact.studies.grid import RUNS_LIMIT, grid
from bnact.training.setting import Setting

SMALL = {
    "data": "digits",
    "activations": ("relu", "tanh"),
    "norms": ("none", "batch"),
    "orders": ("before", "after"),
    "depths": (1, 2),
    "widths": (8,),
    "learning_rates": (0.1, 0.3, 1.0),
    "seeds": 2,
    "steps": 10,
    "batch_size": 16,
    "gain": {"relu": 1.4, "tanh": 1.6}.__getitem__,
}


def small_grid(**changes) -> tuple[Setting, ...]:
    return grid(**{**SMALL, **changes})


def test_is_every_combination_with_one_order_for_no_norm():
    settings = small_grid()
    # (none, batch before, batch after) * activations * depths * widths * learning rates * seeds
    assert len(settings) == 3 * 2 * 2 * 1 * 3 * 2
    assert len(set(settings)) == len(settings)
    assert {s.order for s in settings if s.norm == "none"} == {"before"}
    assert {s.order for s in settings if s.norm == "batch"} == {"before", "after"}


def test_no_norm_has_order_before_whatever_orders_are_given():
    assert {s.order for s in small_grid(norms=("none",), orders=("after",))} == {"before"}


def test_seeds_count_from_zero():
    assert sorted({s.seed for s in small_grid(seeds=3)}) == [0, 1, 2]


def test_gain_is_the_callers_for_each_activation():
    assert {(s.activation, s.gain) for s in small_grid()} == {("relu", 1.4), ("tanh", 1.6)}


def test_architectures_are_a_choice_of_their_own():
    assert {s.architecture for s in small_grid(architectures=("resnet", "mlp"))} == {"resnet", "mlp"}
    assert {s.architecture for s in small_grid()} == {"mlp"}


def test_kills_are_a_choice_of_their_own():
    assert {s.kill for s in small_grid(kills=("none", "step"))} == {"none", "step"}
    assert {s.kill for s in small_grid()} == {"none"}


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"activations": ("relu", "rellu")}, "relu"),
        ({"depths": (4, 0)}, "depth must be at least 1; got depth=0"),
        ({"norms": ("batch",), "batch_size": 1}, "batch norm needs batch_size of at least 2"),
        ({"gain": lambda name: 0.0}, "gain must be a finite number above 0"),
        ({"depths": ()}, "grid: depths must have at least one value; got none; name one"),
        ({"activations": ("relu", "relu")}, "grid: activations must differ; got 'relu' more than once"),
        ({"learning_rates": (1, 1.0)}, "grid: learning_rates must differ; got 1 more than once"),
        ({"seeds": 0}, "grid: seeds must be a whole number of at least 1; got seeds=0"),
        ({"seeds": 1.5}, "grid: seeds must be a whole number of at least 1; got seeds=1.5"),
        ({"seeds": True}, "grid: seeds must be a whole number of at least 1; got seeds=True"),
        ({"seeds": RUNS_LIMIT}, f"grid: a study must have at most {RUNS_LIMIT} runs"),
    ],
)
def test_refuses(changes, message):
    # A mistaken grid must not reach its gain either: the names are looked at first or the message is theirs.
    gains = {"gain": lambda name: 1.0}
    with pytest.raises(ValueError, match=re.escape(message)):
        small_grid(**{**gains, **changes})


def test_an_activation_with_parameters_has_the_name_of_its_record():
    settings = small_grid(activations=("softplus(beta=2)", "elu(alpha=1)"), gain=lambda name: 1.0)
    assert [*dict.fromkeys(s.activation for s in settings)] == ["softplus(beta=2.0)", "elu"]


def test_one_activation_written_twice_is_refused():
    with pytest.raises(ValueError, match="activations must differ; got 'elu' more than once"):
        small_grid(activations=("elu", "elu(alpha=1.0)"), gain=lambda name: 1.0)


def test_a_norm_is_asked_once_about_all_that_has_the_same_shape(monkeypatch):
    asked, really = [], jax.eval_shape
    monkeypatch.setattr(jax, "eval_shape", lambda *what: asked.append(what) or really(*what))
    sizes = {"widths": (36, 44), "batch_size": 23}  # of no other test
    settings = small_grid(norms=("group",), seeds=5, **sizes)
    assert len(settings) == 2 * 2 * 2 * 2 * 3 * 5
    assert len(asked) == 2
