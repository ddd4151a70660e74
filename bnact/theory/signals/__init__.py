"""What a wide random layer makes of variances, means, correlations and kernels."""

from .arc_cosine import arc_cosine_kernel as arc_cosine_kernel
from .criticality import HalfStablePoint as HalfStablePoint
from .criticality import edge_of_chaos as edge_of_chaos
from .criticality import half_stable_point as half_stable_point
from .finite_width import input_gradient_scatter as input_gradient_scatter
from .finite_width import length_scatter as length_scatter
from .fixed_points import FixedPoint as FixedPoint
from .fixed_points import depth_scale as depth_scale
from .fixed_points import fixed_point as fixed_point
from .isometry import JacobianMoments as JacobianMoments
from .isometry import jacobian_moments as jacobian_moments
from .kernels import neural_tangent_kernel as neural_tangent_kernel
from .kernels import nngp_kernel as nngp_kernel
from .maps import correlation_map as correlation_map
from .maps import correlation_slope as correlation_slope
from .maps import mean_map as mean_map
from .maps import variance_map as variance_map
from .maps import variance_slope as variance_slope
from .moment_map import OutputMoments as OutputMoments
from .moment_map import moment_map as moment_map
from .moment_map import moment_map_jacobian as moment_map_jacobian
from .self_normalizing import SelfNormalizing as SelfNormalizing
from .self_normalizing import Standardizing as Standardizing
from .self_normalizing import self_normalizing_constants as self_normalizing_constants
from .self_normalizing import standardizing_constants as standardizing_constants
