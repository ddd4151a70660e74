"""Norms: (params, state, x) -> (y, state), pure functions with features last."""

from .affine import Affine as Affine
from .affine import affine as affine
from .affine import initial_affine as initial_affine
from .batch_norm import BatchNormState as BatchNormState
from .batch_norm import batch_norm as batch_norm
from .batch_norm import running_averages as running_averages
from .identity import none as none
from .layer_norm import layer_norm as layer_norm
from .normalization import Normalization as Normalization
from .registry import NORMALIZATIONS as NORMALIZATIONS
from .registry import get as get
from .rms_norm import rms_norm as rms_norm
from .standardization import STANDARDIZATIONS as STANDARDIZATIONS
from .standardization import Standardization as Standardization
from .standardization import reduced_axes as reduced_axes
