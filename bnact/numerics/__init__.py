from .finite_differences import directional_derivative as directional_derivative
from .finite_differences import jacobian as jacobian
from .tolerances import TOLERANCES as TOLERANCES
from .tolerances import Tolerance as Tolerance
from .tolerances import tolerance as tolerance
