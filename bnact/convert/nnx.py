"""Norms from and to flax.nnx: its modules, or the arrays of their state."""

from collections.abc import Mapping
from typing import Any

from flax import nnx

from bnact.convert.convention import NOTHING
from bnact.convert.counterpart import Counterpart
from bnact.convert.exported import exported_arrays, exported_settings
from bnact.convert.found import Kinds, Settings, checked_some, entries_of, flattened, found_layers
from bnact.convert.imported import imported
from bnact.convert.layer import Layer
from bnact.convert.linen import LINEN, flax_flags, flax_kind, holds_functions

# Source: flax.nnx's documentation and sources, 0.12.
NNX = LINEN._replace(
    library="nnx",
    package="flax.nnx",
    drop_ins="bnact.nn.norms",
    size=dict.fromkeys(LINEN.modules, "num_features"),
    flags=LINEN.flags | {"use_running_average"},
)


def from_nnx(arrays: Mapping[str, Any], kind: str = "batch", settings: Mapping[str, Any] = NOTHING) -> Layer:
    """The layer of an nnx module, from its arrays.

    Momentum is the weight of the old value and the running variance biased, as in bnact.

    Args:
      arrays: `nnx.state(module)`: scale, bias, mean, var.
      kind: "batch", "layer", "rms", "group" or "instance".
      settings: what the module was made with where it is not nnx's default: epsilon, momentum,
        num_groups, group_size.

    Returns:
      Layer that does what the module does.

    Raises:
      TypeError: an array is not real floating.
      ValueError: an unknown kind, array or setting; one that is missing; arrays of different lengths.
    """
    return imported(NNX, kind, arrays, settings, "from_nnx")


def from_nnx_module(module: nnx.Module) -> Layer:
    """The layer of an nnx module, its settings included.

    Where the module has its features on another axis than the last, by `axis` or `feature_axes` of a batch or
    instance norm, the layer still takes them last: give it `jnp.moveaxis(x, axis, -1)`.

    Args:
      module: a BatchNorm, LayerNorm, RMSNorm, GroupNorm or InstanceNorm, of nnx or `bnact.nn`.

    Returns:
      Layer that does what the module does.

    Raises:
      ValueError: another class, a norm over several axes, or a layer or RMS norm whose scale is not on its
        axis, the last.
    """
    caller = "from_nnx_module"
    kind = flax_kind(NNX, module, caller)
    settings = NNX.settings_of(kind, module)
    # The module holds the size of a group beside their number, whichever it was made with.
    settings.pop("group_size", None)
    return imported(NNX, kind, nnx.state(module), settings, caller)


def layers_from_nnx_module(module: nnx.Module) -> dict[str, Layer]:
    """Every norm of nnx or `bnact.nn` inside a module, {path with dots: layer}; their settings are read off.

    Args:
      module: any; its parts are looked through.

    Raises:
      ValueError: there is none, and as `from_nnx_module`.
    """
    layers = {
        ".".join(map(str, path)): from_nnx_module(part)
        for path, part in nnx.iter_modules(module)
        if NNX.kind_of(part) is not None or holds_functions(part)
    }
    return checked_some(NNX, layers, "layers_from_nnx_module")


def layers_from_nnx(
    state: Mapping[Any, Any], kinds: Kinds = NOTHING, settings: Settings = NOTHING
) -> dict[str, Layer]:
    """The norms of a whole state, {path with dots: layer}.

    Entries with running averages are batch norms; others are told by `kinds`.

    Args:
      state: `nnx.state(module)`, or nested arrays as a checkpoint restores them.
      kinds: pattern of paths -> kind, as {"blocks.*.norm": "layer"}.
      settings: kind -> nnx's settings; all layers of a kind share them.

    Raises:
      ValueError: a pattern that matches nothing, and as `from_nnx`.
    """
    return found_layers(NNX, entries_of(flattened(state, "."), "."), kinds, settings, "layers_from_nnx")


def to_nnx(layer: Layer) -> Counterpart:
    """The nnx module that does what the layer does.

        module = getattr(nnx, counterpart.module)(**counterpart.settings, rngs=nnx.Rngs(0))
        nnx.update(module, jax.tree.map(jnp.asarray, counterpart.arrays))

    Args:
      layer: of a kind that nnx has.

    Returns:
      Counterpart whose arrays update the module's state.

    Raises:
      ValueError: the layer does what nnx does not: unbiased, debiased or plain averages in a layer that is
        not frozen; a bias in RMS norm.
    """
    caller = "to_nnx"
    settings = exported_settings(NNX, layer, caller) | flax_flags(layer)
    return Counterpart(NNX.modules[layer.kind], settings, exported_arrays(NNX, layer, caller))
