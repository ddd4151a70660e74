"""From arrays to numbers, in constant memory."""

from .tap import sunk as sunk
from .units import dead as dead
from .units import saturated as saturated
