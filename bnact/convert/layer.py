"""One normalization layer, in bnact's own terms, wherever it came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bnact import normalizations
from bnact.normalizations import Affine, BatchNormState, Normalization, lifecycle
from bnact.normalizations.batch_norm import debiased_state
from bnact.types import Array, PyTree


@dataclass(frozen=True, eq=False)
class Layer:
    """A norm with its settings, parameters and state.

    Attributes:
      kind: name in `bnact.normalizations.NORMALIZATIONS`; converters know "batch", "layer", "rms", "group"
        and "instance".
      settings: what the norm is made with, as in `NORMALIZATIONS[kind](**settings)`; momentum is the weight
        of the old value.
      params: scale and bias, each (features,) or None.
      state: a `BatchNormState` for "batch", else ().
      frozen: True where only evaluation is known to be that of the layer it came from. Its normalization
        then evaluates in training too, instead of training otherwise without a word; to train it by bnact's
        meaning of its settings, `dataclasses.replace(layer, frozen=False)`.
    """

    kind: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    params: Affine = field(default_factory=lambda: Affine(None, None))
    state: PyTree = ()
    frozen: bool = False

    @property
    def normalization(self) -> Normalization:
        """The norm's two functions: `layer.normalization.apply(layer.params, layer.state, x, train=...)`."""
        norm = normalizations.get(self.kind)(**self.settings)
        return lifecycle.frozen(norm) if self.frozen else norm

    @property
    def features(self) -> int | None:
        """How many features there are, or None where no array tells."""
        mean = self.state.mean if isinstance(self.state, BatchNormState) else None
        known = [values for values in (*self.params, mean) if values is not None]
        return known[0].shape[0] if known else None


def mean_of(state: BatchNormState) -> Array:
    """The running mean in one number, as other libraries keep it: (features,), in the mean's own type."""
    return state.mean if state.correction is None else state.mean + state.correction.astype(state.mean.dtype)


def read_state(layer: Layer) -> BatchNormState:
    """The mean and the variance that evaluation takes: the running averages, debiased where the norm does."""
    momentum = layer.settings.get("momentum", 0.99)
    if layer.settings.get("debias", False) and momentum is not None:
        return debiased_state(layer.state, momentum)
    return layer.state
