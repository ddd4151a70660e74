"""What single units do: dead, saturated, and where their outputs lie."""

from .born_dead import born_dead_probability as born_dead_probability
from .dead_share import dead_share as dead_share
from .dead_share import dead_share_under_batch_norm as dead_share_under_batch_norm
from .dead_under_batch_norm import dead_under_batch_norm as dead_under_batch_norm
from .normalized_moments import batch_variance_moment as batch_variance_moment
from .normalized_moments import normalized_absolute_moment as normalized_absolute_moment
from .normalized_moments import normalized_distribution as normalized_distribution
from .normalized_moments import normalized_moment as normalized_moment
from .ranges import normalized_bound as normalized_bound
from .ranges import output_bound as output_bound
from .ranges import output_density as output_density
from .ranges import output_mass as output_mass
from .ranges import output_quantiles as output_quantiles
from .saturated_share import saturated_share as saturated_share
