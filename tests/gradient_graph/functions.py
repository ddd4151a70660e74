"""Functions of one or two small arrays, in which every way to write a computation down occurs once."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

RNG = np.random.default_rng(0)
X = RNG.uniform(0.3, 1.2, (3, 2))
SQUARE = np.eye(3) * 2.0 + RNG.uniform(0.0, 0.3, (3, 3))


@jax.custom_jvp
def with_a_forward_rule(x):
    return jnp.sin(x) * 2.0


with_a_forward_rule.defjvp(
    lambda primals, tangents: (with_a_forward_rule(*primals), 3.0 * jnp.cos(primals[0]) * tangents[0])
)


def sum_and_triple(x, power):
    return jnp.sum(x**power), x * 3.0


with_a_backward_rule: Any = jax.custom_vjp(sum_and_triple, nondiff_argnums=(1,))
with_a_backward_rule.defvjp(
    lambda x, power: (with_a_backward_rule(x, power), x),
    lambda power, x, upstream: (5.0 * power * x * upstream[0] + 0.5 * upstream[1],),
)


def multilayer(x, first, second):
    hidden = jnp.tanh(x @ first)
    return jnp.mean((hidden @ second) ** 2)


def convolution(x, kernel):
    images = x.reshape(1, 6, 6, 1)
    maps = lax.conv_general_dilated(
        images, kernel, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
    )
    pooled = lax.reduce_window(jax.nn.relu(maps), -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
    return jnp.sum(pooled**2)


def residual(x, weight):
    for _ in range(2):
        x = x + jax.nn.relu(x @ weight)
    return jnp.sum(x**2)


def attention(x, queries, keys, values):
    scores = (x @ queries) @ (x @ keys).T / np.sqrt(2.0)
    causal = np.tril(np.ones((3, 3), bool))
    weights = jax.nn.softmax(jnp.where(causal, scores, -jnp.inf))
    return jnp.sum((weights @ (x @ values)) ** 2)


def scanned(x):
    last, sums = lax.scan(lambda carry, row: (jnp.tanh(carry + row), jnp.sum(carry * row)), x[0], x)
    return jnp.sum(last) + jnp.sum(sums**2)


def scanned_backwards(x):
    def step(carry, row):
        return carry * row, carry

    last, rows = lax.scan(step, jnp.ones(2, x.dtype), x, reverse=True)
    return jnp.sum(last) + jnp.sum(rows**2)


def nested_scan(x):
    def outer(carry, row):
        inner = lax.scan(lambda c, r: (jnp.sin(c) * r, None), carry, row)[0]
        return inner, inner**2

    return jnp.sum(lax.scan(outer, jnp.sum(x), x)[1])


def nothing_scanned(x):
    last, rows = lax.scan(lambda carry, row: (carry * row, carry), x[0], x[:0])
    return jnp.sum(last) + jnp.sum(rows)


def branch(x):
    return lax.cond(jnp.sum(x) > 0.0, lambda x: jnp.sum(jnp.sin(x)), lambda x: jnp.sum(x), x)


def chosen(x):
    return lax.switch(2, [jnp.sum, jnp.prod, lambda x: jnp.sum(x**3)], x)


def branch_in_scan(x):
    def step(carry, row):
        return lax.cond(carry > 1.0, lambda: carry * row, lambda: carry + row), None

    return lax.scan(step, jnp.sum(x), x.ravel())[0]


def branch_for_each(x):
    return jnp.sum(jax.vmap(lambda row: lax.cond(row[0] > 0.6, jnp.sum, jnp.prod, row))(x))


def counted_rounds(x):
    return jnp.sum(lax.fori_loop(0, 3, lambda i, c: jnp.sin(c) * i.astype(c.dtype), x))


def mapped_rule(x):
    return jnp.sum(jax.vmap(lambda row: with_a_backward_rule(row, 2)[1] * with_a_forward_rule(row))(x))


def sorted_and_picked(x):
    flat = x.ravel()
    values, places = lax.top_k(flat, 3)
    scattered = jnp.zeros(8, x.dtype).at[jnp.array([1, 1, 5])].add(values)
    keys, moved = lax.sort((flat, flat**2), num_keys=1)
    return (
        jnp.sum(scattered**2) + jnp.sum(flat[places] * moved[:3]) + keys[0] + jnp.median(flat) * jnp.max(flat)
    )


def solved(a):
    positive = a @ a.T
    lower = jnp.linalg.cholesky(positive)
    return (
        jnp.sum(jnp.linalg.solve(a, lower))
        + jnp.linalg.slogdet(a)[1]
        + jnp.sum(jnp.linalg.eigh(positive)[0] ** 2)
    )


def decomposed(a):
    q, r = jnp.linalg.qr(a)
    u, s, vt = jnp.linalg.svd(a)
    return jnp.sum(q[0] * r[0]) + jnp.sum(s**2) + jnp.sum((u @ vt) ** 3)


def complex_between(x):
    spectrum = jnp.fft.rfft(x.ravel())
    turned = spectrum * jnp.exp(1j * lax.complex(x[0, 0], x[0, 1]))
    return jnp.sum(jnp.abs(turned) ** 2) + jnp.sum(jnp.fft.irfft(jnp.conj(spectrum))[:3] * x[0, 0])


def where_with_a_nan_branch(x):
    safe = jnp.where(x > 0.6, x, 1.0)
    return jnp.sum(jnp.where(x > 0.6, jnp.log(safe - 0.59), 0.0))


def stopped(x):
    return jnp.sum(lax.stop_gradient(x) * x) + jnp.sum(jnp.floor(x * 3.0) * x) + jnp.sum(jnp.sign(x - 0.5))


def gradient_inside(x):
    return jnp.sum(jax.grad(lambda x: jnp.sum(jnp.sin(x) ** 3))(x) ** 2)


def random_numbers(x, key):
    first, second = jax.random.split(key)
    kept = jax.random.bernoulli(first, 0.5, x.shape)
    noise = jax.random.normal(second, x.shape, x.dtype)
    return jnp.sum(jnp.where(kept, x / 0.5, 0.0) ** 2 + noise * x)


def normalized(x):
    mean, variance = jnp.mean(x, 0, keepdims=True), jnp.var(x, 0, keepdims=True)
    return jnp.sum(((x - mean) / jnp.sqrt(variance + 1e-5)) ** 3)


def cut_and_joined(x):
    y = jnp.concatenate([x[1:], x[:1] * 2.0])
    y = lax.dynamic_update_slice(y, x[:1] ** 2, (1, 0))
    y = jnp.pad(jnp.flip(jnp.roll(y, 1, 0)), ((1, 0), (0, 2)), mode="reflect")
    return jnp.sum(jnp.cumsum(jnp.cumprod(y, 0), 1)) + jnp.einsum("ij,kj->", x, x) + jax.nn.logsumexp(x)


def empty(x):
    return jnp.sum(x[:0] ** 2) + jnp.sum(x) + jnp.sum(jnp.zeros((0, 3), x.dtype) @ x)


def tied(x):
    return (
        jnp.max(jnp.stack([x[0], x[0], x[0] * 1.0])) + jnp.sum(jnp.abs(x - x)) + jnp.sum(jax.nn.relu(x - x))
    )


def special(x):
    gamma = jax.scipy.special.gammaln(x) + jax.scipy.special.digamma(x)
    return jnp.sum(gamma + jax.scipy.special.erf(x) + lax.igamma(x, x + 1.0) + jnp.arctan2(x, x + 0.5) + x**x)


def solved_by_rounds(x):
    def goes_on(z):
        return jnp.max(jnp.abs(z * z - x)) > 1e-13

    def solve(_, start):
        return lax.while_loop(goes_on, lambda z: 0.5 * (z + x / z), start)

    root = lax.custom_root(lambda z: z * z - x, jnp.ones_like(x), solve, lambda g, y: y / g(jnp.ones_like(y)))
    return jnp.sum(root)


def by_platform(x):
    return lax.platform_dependent(x, cpu=lambda x: jnp.sum(jnp.sin(x)), default=lambda x: jnp.sum(jnp.sin(x)))


FUNCTIONS = {
    "multilayer": (multilayer, X, RNG.normal(size=(2, 4)), RNG.normal(size=(4, 2))),
    "convolution": (convolution, RNG.normal(size=36), RNG.normal(size=(3, 3, 1, 2))),
    "residual": (residual, X, RNG.normal(size=(2, 2))),
    "attention": (attention, X, *RNG.normal(size=(3, 2, 2))),
    "scan": (scanned, X),
    "scan backwards": (scanned_backwards, X),
    "nested scan": (nested_scan, X),
    "scan of length 0": (nothing_scanned, X),
    "cond": (branch, X),
    "switch": (chosen, X),
    "cond in scan": (branch_in_scan, X),
    "cond under vmap": (branch_for_each, X),
    "fori": (counted_rounds, X),
    "custom_jvp": (lambda x: jnp.sum(with_a_forward_rule(x) ** 2), X),
    "custom_vjp": (lambda x: with_a_backward_rule(x, 3)[0] + jnp.sum(with_a_backward_rule(x, 2)[1]), X),
    "vmap of both": (mapped_rule, X),
    "remat": (jax.checkpoint(lambda x: jnp.sum(jnp.sin(jnp.sin(x)))), X),
    "jit in jit": (jax.jit(lambda x: jax.jit(jnp.sum)(jax.jit(jnp.sin)(x) * x)), X),
    "sort, top_k, gather, scatter": (sorted_and_picked, X),
    "cholesky, solve, eigh": (solved, SQUARE),
    "qr, svd": (decomposed, SQUARE),
    "complex between": (complex_between, X),
    "where with a nan branch": (where_with_a_nan_branch, X),
    "stop_gradient, floor, sign": (stopped, X),
    "grad inside": (gradient_inside, X),
    "hessian inside": (lambda x: jnp.sum(jax.hessian(lambda x: jnp.sum(jnp.tanh(x)) ** 2)(x[0]) ** 2), X),
    "normalized": (normalized, X),
    "cut and joined": (cut_and_joined, X),
    "empty": (empty, X),
    "ties": (tied, X),
    "special functions": (special, X),
    "custom_root": (solved_by_rounds, X),
    "by platform": (by_platform, X),
    "logsumexp of a tree": (
        lambda tree: jax.nn.logsumexp(tree["a"]) * tree["b"][0],
        {"a": X, "b": [np.array(0.5)]},
    ),
}
