"""A run written out: a Python loop over layers and steps, with autodiff throughout."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from bnact import activations, nn
from bnact.data import batch_indices
from bnact.fused import index_of, table_of
from bnact.normalizations import STANDARDIZATIONS
from bnact.training.architectures import Size, architecture_of

MOMENTUM = 0.9
TABLE = table_of(("identity",))


@functools.partial(jax.jit, static_argnums=(0, 1, 2, 3))
def kernels(features, classes, width, depth, gain, key):
    """The kernels that a network of this size is drawn with: of the hidden layers, and of the readout."""
    pair = {"index": index_of("identity", "none", "before", TABLE), "table": TABLE}
    design = nn.Design(lambda units: nn.SwitchNormAct(units, **pair), nn.normal_with_gain(gain))
    size = Size(features, None, classes, width, depth)
    parts = nn.fresh(lambda rngs: architecture_of("mlp").network(size, design, rngs), key)
    network = nnx.merge(*parts)
    *first, stacked = [block.linear.kernel[...] for block in network.blocks()]
    return [*first, *stacked], network.body.readout.kernel[...]


def start(setting, dataset, key):
    """The parameters a run begins with, injured."""
    sizes = (dataset.features, dataset.classes, setting.width, setting.depth)
    drawn, readout = kernels(*sizes, jnp.float32(setting.gain), key)
    hit = jnp.asarray(np.arange(setting.width) % 2 == 0, jnp.float32)
    bias = hit * (-10.0 if setting.kill == "bias" else 0.0)
    shift = hit * (-10.0 if setting.kill == "shift" else 0.0)
    hidden = [
        {"kernel": kernel, "bias": bias, "scale": jnp.ones_like(hit), "shift": shift} for kernel in drawn
    ]
    return {"hidden": hidden, "kernel": readout, "bias": jnp.zeros(dataset.classes)}


def normalized(norm, layer, u, counted):
    kind = STANDARDIZATIONS[norm]
    if kind.axes == "none":
        return u
    seen, axes = (u[:counted], 0) if kind.axes == "batch" else (u, -1)
    mean = jnp.mean(seen, axes, keepdims=True) if kind.centered else jnp.zeros_like(u[:1])
    z = (u - mean) / jnp.sqrt(jnp.mean((seen - mean) ** 2, axes, keepdims=True) + 1e-5)
    z = z * layer["scale"][None]
    return z + layer["shift"][None] if kind.centered else z


def logits(setting, params, x, counted, added=None):
    """The network's output; batch statistics are those of the first `counted` examples."""
    act = activations.get(setting.activation)
    added = [jnp.zeros(())] * setting.depth if added is None else added
    for layer, here in zip(params["hidden"], added, strict=True):
        x = x @ layer["kernel"] + layer["bias"][None] + here
        if setting.order == "before":
            x = act(normalized(setting.norm, layer, x, counted))
        else:
            x = normalized(setting.norm, layer, act(x), counted)
    return x @ params["kernel"] + params["bias"][None]


def mean_loss(outputs, labels):
    shares = jax.nn.log_softmax(outputs)
    return -jnp.mean(shares[jnp.arange(len(labels)), labels])


def records(setting, dataset):
    """(train loss, validation loss, test accuracy, gradient norm) after 0, 1, ..., steps steps."""
    init_key, data_key = jax.random.split(jax.random.key(setting.seed))
    params = start(setting, dataset, init_key)
    velocity = jax.tree.map(jnp.zeros_like, params)

    @jax.jit
    def gradients(params, x, labels):
        added = [jnp.zeros((setting.batch_size, setting.width))] * setting.depth

        def loss(params, added):
            return mean_loss(logits(setting, params, x, len(x), added), labels)

        return jax.grad(loss, argnums=(0, 1))(params, added)

    @functools.partial(jax.jit, static_argnames="observed")
    def looked(params, observed):
        """The losses on the first so many examples of each set, with the statistics of those of training."""
        splits = [
            [part[:observed] for part in split] for split in (dataset.train, dataset.validation, dataset.test)
        ]
        count = len(splits[0][1])
        outputs = logits(setting, params, jnp.concatenate([inputs for inputs, _ in splits]), count)
        train, validation, test = jnp.split(outputs, [count, count + len(splits[1][1])])
        right = jnp.mean(jnp.argmax(test, -1) == splits[2][1])
        return mean_loss(train, splits[0][1]), mean_loss(validation, splits[1][1]), right

    @jax.jit
    def stepped(params, velocity, change, rate):
        velocity = jax.tree.map(lambda v, g: MOMENTUM * v + g, velocity, change)
        return jax.tree.map(lambda p, v: p - rate * v, params, velocity), velocity

    taken = []
    for step in range(setting.steps + 1):
        picked = np.asarray(batch_indices(data_key, step, len(dataset.train.labels), setting.batch_size))
        change, sizes = gradients(params, dataset.train.inputs[picked], dataset.train.labels[picked])
        seen = looked(params, setting.observed if step < setting.steps else None)
        taken.append((*seen, [float(jnp.sqrt(jnp.mean(size**2))) for size in sizes]))
        rate = setting.learning_rate * (300.0 if setting.kill == "step" and step == 0 else 1.0)
        params, velocity = stepped(params, velocity, change, rate)
    return taken
