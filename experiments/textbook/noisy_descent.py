"""Descent of y' = v x by minibatches of noisy examples: exact moments of the distance, and simulated ones."""

import functools
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from bnact.types import Array, Key


class Observations(NamedTuple):
    """(examples,) inputs x and targets y."""

    x: np.ndarray
    y: np.ndarray

    @property
    def optimum(self) -> float:
        """The v of the least mean squared error, mean(x y) / mean(x^2)."""
        return float(np.mean(self.x * self.y) / np.mean(self.x**2))


class Moments(NamedTuple):
    """Of the distance v - optimum, over runs.

    Attributes:
      mean: (steps + 1,) its mean.
      square: (steps + 1,) the mean of its square.
    """

    mean: np.ndarray
    square: np.ndarray


class Simulated(NamedTuple):
    """Moments of simulated runs, and the standard errors of both."""

    moments: Moments
    errors: Moments


class _Batch(NamedTuple):
    """Expectations of A = mean x^2 and R = mean x r over a minibatch, r the residuals, with replacement.

    E R is 0, for the residuals are those at the optimum.
    """

    a: float
    a_a: float
    a_r: float
    r_r: float


def _batch(examples: Observations, size: int) -> _Batch:
    x, residual = examples.x, examples.y - examples.optimum * examples.x
    squares, slopes = x**2, x * residual
    return _Batch(
        float(squares.mean()),
        float(squares.mean() ** 2 + squares.var() / size),
        float(np.mean(squares * slopes) / size),
        float(np.mean(slopes**2) / size),
    )


def exact_moments(examples: Observations, batch_size: int, learning_rate: float, steps: int) -> Moments:
    """The moments of the distance e = v - optimum from v = 0 on, without simulation.

    A step is e' = (1 - 2 l A) e + 2 l R, with A = mean x^2 and R = mean x r of its minibatch. Minibatches are
    independent of what came before, and E R = 0, so
    E e' = (1 - 2 l E A) E e,  E e'^2 = (1 - 4 l E A + 4 l^2 E A^2) E e^2 - 8 l^2 E[A R] E e + 4 l^2 E R^2.

    Args:
      examples: what minibatches are drawn from, with replacement.
      batch_size: examples in one.
      learning_rate: l.
      steps: how many.

    Returns:
      The moments.
    """
    batch, rate = _batch(examples, batch_size), learning_rate
    mean, square = [-examples.optimum], [examples.optimum**2]
    for _ in range(steps):
        first, second = mean[-1], square[-1]
        mean.append((1.0 - 2.0 * rate * batch.a) * first)
        square.append(
            (1.0 - 4.0 * rate * batch.a + 4.0 * rate**2 * batch.a_a) * second
            - 8.0 * rate**2 * batch.a_r * first
            + 4.0 * rate**2 * batch.r_r
        )
    return Moments(np.array(mean), np.array(square))


def stationary_distance(examples: Observations, batch_size: int, learning_rate: float) -> float:
    """The root mean square distance from the optimum that steps come to, and stay at.

    sqrt(l E R^2 / (E A - l E A^2)), the fixed point of the moments of `exact_moments`; infinite where the
    learning rate is too large for there to be one.
    """
    batch = _batch(examples, batch_size)
    pull = batch.a - learning_rate * batch.a_a
    return float(np.sqrt(learning_rate * batch.r_r / pull)) if pull > 0.0 else float("inf")


def simulated_moments(
    examples: Observations, batch_size: int, learning_rate: float, steps: int, runs: int
) -> Simulated:
    """The same moments over simulated runs, each step the gradient of its minibatch's mean squared error.

    Args:
      examples, batch_size, learning_rate, steps: as above.
      runs: how many; the draws depend on batch_size, steps and runs alone.

    Returns:
      Means over the runs, and their standard errors.
    """
    with jax.enable_x64(True):
        key = jax.random.key(batch_size)
        distances = _distances(
            jnp.asarray(examples.x),
            jnp.asarray(examples.y),
            jnp.asarray(learning_rate),
            key,
            batch_size,
            steps,
            runs,
        )
        found = np.asarray(distances) - examples.optimum
    spread = np.sqrt(runs)
    return Simulated(
        Moments(found.mean(axis=1), np.mean(found**2, axis=1)),
        Moments(found.std(axis=1) / spread, (found**2).std(axis=1) / spread),
    )


@functools.partial(jax.jit, static_argnums=(4, 5, 6))
def _distances(
    x: Array, y: Array, learning_rate: Array, key: Key, batch_size: int, steps: int, runs: int
) -> Array:
    """(steps + 1, runs) points v."""

    def loss(v: Array, chosen: Array) -> Array:
        return jnp.mean((v * x[chosen] - y[chosen]) ** 2)

    def step(v: Array, key: Key) -> tuple[Array, Array]:
        chosen = jax.random.randint(key, (runs, batch_size), 0, x.size, jnp.int32)
        v = v - learning_rate * jax.vmap(jax.grad(loss))(v, chosen)
        return v, v

    start = jnp.zeros(runs, x.dtype)
    _, points = jax.lax.scan(step, start, jax.random.split(key, steps))
    return jnp.concatenate([start[None], points])
