"""Norms as modules: those of flax.nnx under its names and arguments, and one module for all others."""

from .batch_norm import BatchNorm as BatchNorm
from .group_norm import GroupNorm as GroupNorm
from .instance_norm import InstanceNorm as InstanceNorm
from .layer_norm import LayerNorm as LayerNorm
from .norm import Norm as Norm
from .rms_norm import RMSNorm as RMSNorm
from .spectral_norm import SpectralNorm as SpectralNorm
from .weight_norm import WeightNorm as WeightNorm
