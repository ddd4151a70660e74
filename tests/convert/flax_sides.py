"""linen's and nnx's layers as sides."""

import flax.linen
import jax
import jax.numpy as jnp
from flax import nnx

from bnact.convert import from_linen_module, from_nnx_module
from tests.convert.sides import BIAS, FEATURES, POSITIONS, SCALE, Side, permissive

CLASSES = {
    "batch": "BatchNorm",
    "layer": "LayerNorm",
    "rms": "RMSNorm",
    "group": "GroupNorm",
    "instance": "InstanceNorm",
}
NEW = {"scale": SCALE, "bias": BIAS}


def made_linen(kind, **settings):
    module = getattr(flax.linen, CLASSES[kind])(**settings)
    train = {"use_running_average": False} if kind == "batch" else {}
    variables = module.init(jax.random.key(0), jnp.zeros((2, *POSITIONS, FEATURES)), **train)
    params = {name: jnp.asarray(NEW[name]) for name in variables.get("params", {})}
    return linen_side(module, {**variables, "params": params}, kind)


def filled_linen(counterpart, kind):
    """The side of a counterpart."""
    module = getattr(flax.linen, counterpart.module)(**counterpart.settings)
    return linen_side(module, jax.tree.map(jnp.asarray, counterpart.arrays), kind)


def linen_side(module, variables, kind):
    held = {**variables}

    def called(x, training):
        if kind != "batch":
            return module.apply(held, x)
        y, updates = module.apply(held, x, use_running_average=not training, mutable=["batch_stats"])
        held.update(updates)
        return y

    return Side(
        lambda x: called(x, False),
        lambda x: called(x, True),
        lambda: from_linen_module(module, held),
        lambda: held,
    )


def made_nnx(kind, **settings):
    module = getattr(nnx, CLASSES[kind])(FEATURES, **settings, rngs=nnx.Rngs(0))
    with_them = {name: jnp.asarray(values) for name, values in NEW.items() if name in nnx.state(module)}
    nnx.update(module, with_them)
    return nnx_side(module)


def filled_nnx(counterpart):
    """The side of a counterpart."""
    module = getattr(nnx, counterpart.module)(**counterpart.settings, rngs=nnx.Rngs(0))
    nnx.update(module, jax.tree.map(jnp.asarray, counterpart.arrays))
    return nnx_side(module)


def nnx_side(module):
    def called(x, training):
        module.train() if training else module.eval()
        with permissive():
            return module(x)

    return Side(
        lambda x: called(x, False),
        lambda x: called(x, True),
        lambda: from_nnx_module(module),
        lambda: nnx.state(module),
    )
