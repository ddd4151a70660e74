"""Walking through what a JAX function computes, equation by equation."""

from .interpreter import Equation as Equation
from .interpreter import Rule as Rule
from .interpreter import evaluated as evaluated
