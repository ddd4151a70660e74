"""What must hold exactly of norms and losses: residuals that are zero."""

from .identities import IDENTITIES as IDENTITIES
from .identities import Site as Site
from .identities import bias_gradient as bias_gradient
from .identities import earlier_bias_gradient as earlier_bias_gradient
from .identities import input_gradient_energy as input_gradient_energy
from .identities import input_gradient_projection as input_gradient_projection
from .identities import input_gradient_sum as input_gradient_sum
from .identities import scale_gradient as scale_gradient
from .identities import weight_projection as weight_projection
from .scale_invariance import scaled_gradient as scaled_gradient
from .scale_invariance import scaled_loss as scaled_loss
from .scale_invariance import step_length as step_length
