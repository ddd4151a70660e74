"""What one can know about a network from its activation and norm alone."""

from bnact.numerics.quadrature import expectation as expectation

from .gain import gain as gain
from .ranges import normalized_bound as normalized_bound
from .ranges import output_bound as output_bound
from .ranges import output_density as output_density
from .ranges import output_mass as output_mass
from .ranges import output_quantiles as output_quantiles
