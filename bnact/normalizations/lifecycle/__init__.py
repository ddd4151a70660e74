"""What becomes of a batch norm: frozen, folded, re-estimated, watched, divided, taken example by example."""

from .drift import Drift as Drift
from .drift import drift as drift
from .example_gradients import ExampleLoss as ExampleLoss
from .example_gradients import frozen_gradients as frozen_gradients
from .example_gradients import leave_one_out_gradients as leave_one_out_gradients
from .example_gradients import summing_gradients as summing_gradients
from .folding import LinearMap as LinearMap
from .folding import folded as folded
from .folding import folded_into_next as folded_into_next
from .frozen import frozen as frozen
from .microbatches import MicrobatchedLayer as MicrobatchedLayer
from .microbatches import microbatched as microbatched
from .reestimation import merged_moments as merged_moments
from .reestimation import reestimated as reestimated
