"""Five norms beside torch, in float64: values, first and second derivatives, and running averages."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.normalizations import Affine, batch_norm, group_norm, instance_norm, layer_norm, rms_norm

# What issue 4 asks for. Two orders of a few hundred roundings of 2.2e-16 differ by 1e-14 or so in a value,
# and by ten or a hundred times that where derivatives multiply it.
BOUND = 1e-10
EPSILON = 1e-3
FEATURES = 6
RNG = np.random.default_rng(0)
SHAPES = {
    "batch": [(7, FEATURES), (3, 5, FEATURES)],
    "layer": [(7, FEATURES), (3, 5, FEATURES)],
    "rms": [(7, FEATURES), (3, 5, FEATURES)],
    "group": [(4, FEATURES), (3, 2, 5, FEATURES)],
    "instance": [(3, 5, FEATURES), (3, 2, 5, FEATURES)],
}
NORMS = {
    "batch": batch_norm(EPSILON),
    "layer": layer_norm(EPSILON),
    "rms": rms_norm(EPSILON),
    "group": group_norm(groups=3, epsilon=EPSILON),
    "instance": instance_norm(EPSILON),
}
CASES = [(name, shape) for name, shapes in SHAPES.items() for shape in shapes]


@pytest.fixture
def torch():
    return pytest.importorskip("torch", reason="needs the package torch, which is compared with")


def drawn(shape):
    """x, scale and bias, and a direction in each."""
    shapes = (shape, shape[-1:], shape[-1:])
    return [[RNG.normal(1.0, 2.0, size=each) for each in shapes] for _ in range(2)]


def by_torch(torch, name, x, scale, bias):
    functional, second = torch.nn.functional, (0, x.ndim - 1, *range(1, x.ndim - 1))
    if name == "layer":
        return functional.layer_norm(x, scale.shape, scale, bias, EPSILON)
    if name == "rms":
        return functional.rms_norm(x, scale.shape, scale, EPSILON)
    channels = x.permute(second)
    y = {
        "batch": lambda: functional.batch_norm(channels, None, None, scale, bias, True, 0.1, EPSILON),
        "group": lambda: functional.group_norm(channels, 3, scale, bias, EPSILON),
        "instance": lambda: functional.instance_norm(channels, weight=scale, bias=bias, eps=EPSILON),
    }[name]()
    return y.permute((0, *range(2, x.ndim), 1))


def torch_results(torch, name, point, direction):
    """The value, the gradient of a sum of sines, and the derivative of that gradient along the direction."""
    point = [torch.tensor(each, requires_grad=True) for each in point]
    y = by_torch(torch, name, *point)
    used = point[:2] if name == "rms" else point
    first = torch.autograd.grad(torch.sin(y).sum(), used, create_graph=True)
    along = sum((g * torch.tensor(v)).sum() for g, v in zip(first, direction, strict=False))
    second = torch.autograd.grad(along, used)
    return [each.detach().numpy() for each in (y, *first, *second)]


@functools.partial(jax.jit, static_argnames="name")
def results(name, point, direction):
    used = 2 if name == "rms" else 3

    def output(*point):
        params = Affine(point[1], point[2] if used == 3 else None)
        _, state = NORMS[name].init(FEATURES)
        return NORMS[name].apply(params, state, point[0])[0]

    def gradient(*point):
        return jax.grad(lambda *p: jnp.sum(jnp.sin(output(*p))), tuple(range(used)))(*point)

    first, second = jax.jvp(gradient, tuple(point[:used]), tuple(direction[:used]))
    return [output(*point), *first, *second]


@pytest.mark.parametrize("name, shape", CASES)
def test_values_and_both_derivatives_are_those_of_torch(torch, name, shape):
    point, direction = drawn(shape)
    with jax.enable_x64(True):
        ours = [np.asarray(each) for each in results(name, point, direction)]
    theirs = torch_results(torch, name, point, direction)
    for computed, expected in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(computed, expected, rtol=0, atol=BOUND)
        # twins: a factor, and the mean where the sum belongs
        for wrong in (1.01 * computed, computed / len(computed)):
            assert not np.allclose(wrong, expected, rtol=0, atol=BOUND)


def float64_state(state):
    return jax.tree.map(lambda leaf: leaf if leaf.dtype == jnp.int32 else leaf.astype(jnp.float64), state)


@pytest.mark.parametrize("momentum", [0.1, 0.75, None])
def test_running_averages_are_those_of_torch_under_its_conventions(torch, momentum):
    theirs = torch.nn.BatchNorm1d(FEATURES, eps=EPSILON, momentum=momentum, dtype=torch.float64)
    old = None if momentum is None else 1 - momentum
    steps = RNG.normal(3.0, 2.0, size=(4, 5, FEATURES))
    with jax.enable_x64(True):
        averages = {}
        for bessel in (True, False):
            norm = batch_norm(EPSILON, momentum=old, bessel=bessel)
            params, state = norm.init(FEATURES)
            state = float64_state(state)
            for x in steps:
                _, state = norm.apply(params, state, jnp.asarray(x))
            averages[bessel] = state
        y, _ = batch_norm(EPSILON).apply(params, averages[True], jnp.asarray(steps[0]), train=False)
    for x in steps:
        theirs(torch.tensor(x))
    state = averages[True]
    np.testing.assert_allclose(state.mean + state.correction, theirs.running_mean, rtol=0, atol=BOUND)
    np.testing.assert_allclose(state.variance, theirs.running_var, rtol=0, atol=BOUND)
    assert int(state.count) == int(theirs.num_batches_tracked)
    # twin: the biased variance, which is flax's convention
    assert not np.allclose(averages[False].variance, theirs.running_var, rtol=0, atol=BOUND)
    evaluated = theirs.eval()(torch.tensor(steps[0])).detach().numpy()
    np.testing.assert_allclose(y, evaluated, rtol=0, atol=BOUND)
