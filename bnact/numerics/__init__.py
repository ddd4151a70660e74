"""Quadrature, moments that merge, tolerances, units of the last place, finite differences, nearest names."""

from .brackets import Bracket as Bracket
from .brackets import brackets as brackets
from .evaluation import evaluate as evaluate
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
from .normal_expectation import normal_expectation as normal_expectation
from .pair_quadrature import pair_expectation as pair_expectation
from .quadrature import GaussianRule as GaussianRule
from .quadrature import expectation as expectation
from .quadrature import gaussian_rule as gaussian_rule
from .roots import root_between as root_between
from .tolerances import TOLERANCES as TOLERANCES
from .tolerances import Tolerance as Tolerance
from .tolerances import tolerance as tolerance
from .two_product import two_product as two_product
from .two_sum import two_sum as two_sum
