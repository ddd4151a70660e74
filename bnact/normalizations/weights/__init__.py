"""Norms of weights: (params, state, kernel) -> (kernel, state), pure functions with output features last."""

from .registry import WEIGHT_NORMALIZATIONS as WEIGHT_NORMALIZATIONS
from .registry import get as get
from .scaled_standardization import scaled_weight_standardization as scaled_weight_standardization
from .spectral_norm import SpectralState as SpectralState
from .spectral_norm import singular_value as singular_value
from .spectral_norm import spectral_norm as spectral_norm
from .standardization import weight_standardization as weight_standardization
from .weight_norm import weight_norm as weight_norm
from .weight_normalization import OutputScale as OutputScale
from .weight_normalization import WeightNormalization as WeightNormalization
