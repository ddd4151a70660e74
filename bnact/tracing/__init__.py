"""Walking through what a JAX function computes, equation by equation."""

from .control_flow import branch_number as branch_number
from .control_flow import computes_while as computes_while
from .control_flow import holds_while as holds_while
from .control_flow import scanned_loop as scanned_loop
from .control_flow import taken_branch as taken_branch
from .control_flow import unrolled_scan as unrolled_scan
from .interpreter import Equation as Equation
from .interpreter import Rule as Rule
from .interpreter import evaluated as evaluated
from .interpreter import no_call as no_call
from .places import Place as Place
