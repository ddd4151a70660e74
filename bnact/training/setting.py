"""A setting: everything that determines one run, in the words and numbers a person writes."""

import dataclasses
from typing import Literal, NamedTuple

Kill = Literal["none", "bias", "shift", "step"]


class Program(NamedTuple):
    """What a compiled program depends on; settings that agree on it share one program.

    Attributes:
      data: the dataset's name; it fixes the number of input features and of outputs.
      architecture, depth, width: as in `Setting`.
      batch_size: examples in a step.
      observed: examples that a point of the log looks at.
    """

    data: str
    architecture: str
    depth: int
    width: int
    batch_size: int
    observed: int


@dataclasses.dataclass(frozen=True)
class Setting:
    """One run: a network, its task, how it is trained, and its seed.

    Attributes:
      data: name of the dataset.
      architecture: name in `bnact.training.ARCHITECTURES`.
      activation: name of a `bnact.activations.Activation` that `bnact.activations.get` finds by it.
      norm: name in `bnact.normalizations.NORMALIZATIONS`.
      order: where the norm stands: "before" or "after" the activation. A network without a norm has
        no order; by convention its order is "before".
      depth: hidden layers, at least 1: of a conv_net convolutions, of the others residual blocks.
      width: units in each hidden layer, at least 1: of a conv_net and a resnet channels. Of a transformer it
        is the stream's; its hidden layers have four times as many.
      batch_size: examples in a step.
      steps: steps of gradient descent.
      learning_rate: of stochastic gradient descent with momentum 0.9.
      gain: standard deviation of a hidden weight times the square root of its fan-in.
      kill: a deliberate injury to every second hidden unit at the start: "bias" (the linear map's
        bias is set far below zero), "shift" (the norm's own bias is), "step" (the first step is
        taken with a huge learning rate, all units), or "none".
      observed: how many examples of training and validation set every point of the log but the last looks
        at; the last looks at all, and at the test set. A whole training set of the size of digits at every
        point costs more than a fifth of the training.
      seed: chooses the initial weights and the order of the data, and nothing else, so that runs
        of equal seed are paired across settings.
    """

    data: str = "digits"
    architecture: str = "mlp"
    activation: str = "relu"
    norm: str = "batch"
    order: str = "before"
    depth: int = 8
    width: int = 64
    batch_size: int = 64
    steps: int = 300
    learning_rate: float = 0.03
    gain: float = 1.0
    kill: Kill = "none"
    observed: int = 128
    seed: int = 0

    @property
    def program(self) -> Program:
        """The static part: what the compiled program of this run depends on."""
        return Program(self.data, self.architecture, self.depth, self.width, self.batch_size, self.observed)

    @property
    def cell(self) -> "Setting":
        """The setting without learning rate and seed (both zero): runs of one cell differ in these alone."""
        return dataclasses.replace(self, learning_rate=0.0, seed=0)
