"""Spectral normalization of a module's kernels, with flax.nnx's arguments."""

import math

import jax
import jax.numpy as jnp
from flax import nnx
from flax.nnx.nn import dtypes
from jax.typing import DTypeLike

from bnact.nn.functional import result_with
from bnact.nn.precision import checked_dtypes
from bnact.nn.view import set_view
from bnact.normalizations.border import checked_epsilon, checked_size
from bnact.normalizations.weights import OutputScale, SpectralState, singular_value, spectral_norm
from bnact.types import Array

from .entrance import promoted_dtype


class SpectralNorm(nnx.Module):
    """A module whose kernels are used divided by their largest singular value, for `flax.nnx.SpectralNorm`.

    Arguments, their defaults and the variables are flax's; the norm itself is
    `bnact.normalizations.weights.spectral_norm`. Every parameter of two axes or more is a kernel, taken as a
    matrix whose columns are its last axis. The kernels stay as they are: a call uses others in their place.
    (Flax writes these into the module.)

    Attributes:
      layer_instance: the module.
      batch_stats: by the path of a kernel and "u" or "sigma", the vector (1, outputs) of the power iteration,
        and the value that the last update divided by.
      use_running_average: whether a call leaves both as they are; `module.train()`, `module.eval()` and
        `nnx.view` set it.

    Source: Miyato, Kataoka, Koyama, Yoshida, "Spectral normalization for generative adversarial networks",
    2018.
    """

    def __init__(
        self,
        layer_instance: nnx.Module,
        *,
        n_steps: int = 1,
        epsilon: float = 1e-12,
        dtype: DTypeLike | None = None,
        param_dtype: DTypeLike = jnp.float32,
        error_on_non_matrix: bool = False,
        update_stats: bool = True,
        rngs: nnx.Rngs,
    ):
        """Makes the module.

        Args:
          layer_instance: the module whose kernels are normalized.
          n_steps: steps of the power iteration in each call; 0 leaves the kernels as they are, as in flax.
          epsilon: taken as flax takes it, and without effect: vectors of any size above 0 have a direction.
          dtype: of the kernel that is used; None takes the wider of the kernel's and the vector's.
          param_dtype: of what is remembered.
          error_on_non_matrix: whether a kernel of more than two axes is an error.
          update_stats: whether a call in training keeps where the iteration ends.
          rngs: keys for the first vectors.

        Raises:
          ValueError: a negative epsilon or n_steps, a type that is not real floating, or a kernel of more
            than two axes where that is an error.
        """
        subject = "SpectralNorm"
        checked_dtypes(subject, dtype, param_dtype)
        checked_size(subject, "n_steps", n_steps, least=0)
        self.layer_instance, self.n_steps = layer_instance, n_steps
        self.epsilon = checked_epsilon(subject, epsilon)
        self.dtype, self.param_dtype = dtype, param_dtype
        self.error_on_non_matrix, self.use_running_average = error_on_non_matrix, not update_stats
        stats = {}
        for path, kernel in self._kernels().items():
            u = nnx.initializers.normal()(rngs.params(), (1, kernel.shape[-1]), param_dtype)
            stats[(*path, "u")] = nnx.BatchStat(u)
            stats[(*path, "sigma")] = nnx.BatchStat(jnp.ones((), param_dtype))
        self.batch_stats = nnx.data(stats)

    def __call__(self, x: Array, update_stats: bool | None = None) -> Array:
        """What the module makes of `x`, with its kernels normalized.

        Args:
          x: the module's input.
          update_stats: whether to keep where the power iteration ends; None does so in training.
        """
        update = not self.use_running_average if update_stats is None else update_stats
        normalized = {
            path: self._normalized(path, kernel, update) for path, kernel in self._kernels().items()
        }
        return result_with(self.layer_instance, normalized, lambda layer: layer(x))

    set_view = set_view

    def _kernels(self) -> dict[tuple, Array]:
        params = nnx.to_flat_state(nnx.state(self.layer_instance, nnx.Param))
        kernels = {path: kernel[...] for path, kernel in params if kernel.ndim > 1 and self.n_steps > 0}
        for path, kernel in kernels.items():
            if kernel.ndim > 2 and self.error_on_non_matrix:
                raise ValueError(
                    f"SpectralNorm: kernels must be matrices where error_on_non_matrix=True; got {path} of "
                    f"shape {kernel.shape}; use error_on_non_matrix=False to take it as a matrix"
                )
        return kernels

    def _normalized(self, path: tuple, kernel: Array, update: bool) -> Array:
        u, sigma = self.batch_stats[(*path, "u")], self.batch_stats[(*path, "sigma")]
        rows = math.prod(kernel.shape[:-1])
        # Where a first product is 0 the iteration goes on from here; elsewhere only u counts.
        start = SpectralState(jnp.full((rows,), rows**-0.5, self.param_dtype), u[...][0])
        norm = spectral_norm(self.n_steps)
        dtype = promoted_dtype(dtypes.promote_dtype, (kernel, u[...]), self.dtype)
        normalized, state = norm.apply(OutputScale(None), start, kernel)
        if update:
            u[...] = state.right[None]
            sigma[...] = jax.lax.stop_gradient(singular_value(state, kernel)).astype(self.param_dtype)
        return normalized.astype(dtype)
