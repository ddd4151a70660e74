"""How exact a function and its gradient are, in every dtype: ours, or one's own."""

from .audit import audit as audit
from .record import Audit as Audit
from .row import Row as Row
from .row import Run as Run
