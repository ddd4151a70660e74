"""Every norm of the registry in training, from its first state, in float64 numpy from the paper's formula."""

import math

import numpy as np

GROUPS, GHOSTS = 3, 2
erf = np.vectorize(math.erf, otypes=[np.float64])


def every_example(x):
    return tuple(range(x.ndim - 1))


def every_position(x):
    return tuple(range(1, x.ndim - 1))


def sigmoid(x):
    return np.exp(-np.logaddexp(0, -x))


def standardized(x, axes, epsilon):
    return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + epsilon)


def root_mean_square(x, axes, epsilon):
    return np.sqrt((x**2).mean(axes, keepdims=True) + epsilon)


def deviation(x, axes, epsilon):
    return np.sqrt(x.var(axes, keepdims=True) + epsilon)


def by_group(function, x):
    parts = np.split(x, GROUPS, -1)
    return np.concatenate([function(part, (*every_position(x), x.ndim - 1)) for part in parts], -1)


def group_deviation(x, epsilon):
    return by_group(lambda part, axes: np.broadcast_to(deviation(part, axes, epsilon), part.shape), x)


def ghost_batch(x, params, epsilon):
    parts = np.split(x, len(x) // GHOSTS)
    return np.concatenate([standardized(part, every_example(x), epsilon) for part in parts])


def batch_renorm(x, params, epsilon):
    running = np.sqrt(1 + epsilon)
    axes = every_example(x)
    mean, batch = x.mean(axes, keepdims=True), deviation(x, axes, epsilon)
    r, d = np.clip(batch / running, 1 / 3, 3), np.clip(mean / running, -5, 5)
    return (x - mean) / batch * r + d if epsilon > 0 or np.all(batch > 0) else d + 0 * x


def filter_response(x, params, epsilon):
    y = x / root_mean_square(x, every_position(x), epsilon)
    return np.maximum(y * params.scale + params.bias, params.threshold)


def evonorm_b0(x, params, epsilon):
    local = params.slope * x + deviation(x, every_position(x), epsilon)
    return x / np.maximum(deviation(x, every_example(x), epsilon), local)


def evonorm_b1(x, params, epsilon):
    local = (x + 1) * root_mean_square(x, every_position(x), epsilon)
    return x / np.maximum(deviation(x, every_example(x), epsilon), local)


def evonorm_s0(x, params, epsilon):
    return x * sigmoid(params.slope * x) / group_deviation(x, epsilon)


def over_windows(reduced, x, size):
    columns = range(x.shape[-1])
    reach = size // 2
    parts = [reduced(x[..., max(0, i - reach) : i + reach + 1]) for i in columns]
    return np.stack(parts, -1)


def local_response(x, params, epsilon):
    activity = over_windows(lambda part: (part**2).sum(-1), x, 5)
    return x / (2 + 1e-4 * activity) ** 0.75


def divisive(x, params, epsilon):
    centred = x - over_windows(lambda part: part.mean(-1), x, 5)
    return centred / np.sqrt(over_windows(lambda part: (part**2).mean(-1), centred, 5) + epsilon)


# What comes before scale and bias, where the norm has them; `filter_response` has its maximum after them.
BEFORE_AFFINE = {
    "none": lambda x, params, epsilon: x,
    "batch": lambda x, params, epsilon: standardized(x, every_example(x), epsilon),
    "ghost_batch": ghost_batch,
    "batch_renorm": batch_renorm,
    "mean_only_batch": lambda x, params, epsilon: x - x.mean(every_example(x), keepdims=True),
    "layer": lambda x, params, epsilon: standardized(x, -1, epsilon),
    "rms": lambda x, params, epsilon: x / root_mean_square(x, -1, epsilon),
    "scale": lambda x, params, epsilon: x / np.maximum(np.sqrt((x**2).sum(-1, keepdims=True)), epsilon),
    "power": lambda x, params, epsilon: x / root_mean_square(x, every_example(x), epsilon),
    "group": lambda x, params, epsilon: by_group(lambda part, axes: standardized(part, axes, epsilon), x),
    "instance": lambda x, params, epsilon: standardized(x, every_position(x), epsilon),
    "evonorm_b0": evonorm_b0,
    "evonorm_b1": evonorm_b1,
    "evonorm_s0": evonorm_s0,
    "evonorm_s0a": evonorm_s0,
    "evonorm_s1": lambda x, params, epsilon: x * sigmoid(x) / group_deviation(x, epsilon),
    "dynamic_tanh": lambda x, params, epsilon: np.tanh(params.alpha * x),
    "dynamic_erf": lambda x, params, epsilon: erf(params.alpha * x + params.shift),
    "local_response": local_response,
    "divisive": divisive,
}


def reference(name, x, params, epsilon):
    """The norm in training, with these parameters."""
    wide = [None if leaf is None else np.asarray(leaf, np.float64) for leaf in params]
    x, params = np.asarray(x, np.float64), type(params)(*wide)
    if name == "filter_response":
        return filter_response(x, params, epsilon)
    y = BEFORE_AFFINE[name](x, params, epsilon)
    y = y if params.scale is None else y * params.scale
    return y if params.bias is None else y + params.bias
