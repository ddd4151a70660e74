"""From arrays to numbers; over a whole data set in constant memory."""

from .curves import circle as circle
from .curves import curve_correlation as curve_correlation
from .curves import curve_curvature as curve_curvature
from .curves import curve_length as curve_length
from .curves import curve_turning as curve_turning
from .curves import curve_unresolved as curve_unresolved
from .gradients import root_mean_square_gradient as root_mean_square_gradient
from .histogram import histogram as histogram
from .input_distribution import Distribution as Distribution
from .input_distribution import input_distribution as input_distribution
from .intrinsic_dimension import intrinsic_dimension as intrinsic_dimension
from .registry import LABELLED_PROBES as LABELLED_PROBES
from .registry import PROBES as PROBES
from .separability import between_class_share as between_class_share
from .separability import neighbour_accuracy as neighbour_accuracy
from .spectrum import effective_rank as effective_rank
from .spectrum import participation_ratio as participation_ratio
from .streaming import StreamingProbe as StreamingProbe
from .tap import with_gradient_sink as with_gradient_sink
from .unit_counts import Units as Units
from .unit_counts import unit_counts as unit_counts
from .unit_history import Lives as Lives
from .unit_history import unit_history as unit_history
from .units import dead as dead
from .units import saturated as saturated
