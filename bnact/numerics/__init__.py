"""Quadrature, moments that merge, tolerances, units of the last place, finite differences, nearest names."""

from .finite_differences import directional_derivative as directional_derivative
from .finite_differences import jacobian as jacobian
from .last_place import units as units
from .masks import full_mask as full_mask
from .merge import merge as merge
from .moments import Moments as Moments
from .moments import deviation as deviation
from .moments import inverse_deviation as inverse_deviation
from .moments import moments as moments
from .moments import statistics_dtype as statistics_dtype
from .nearest_names import nearest_names as nearest_names
from .quadrature import GaussianRule as GaussianRule
from .quadrature import expectation as expectation
from .quadrature import gaussian_rule as gaussian_rule
from .tolerances import TOLERANCES as TOLERANCES
from .tolerances import Tolerance as Tolerance
from .tolerances import tolerance as tolerance
from .two_product import two_product as two_product
from .two_sum import two_sum as two_sum
