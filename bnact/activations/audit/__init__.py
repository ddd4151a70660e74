"""How exact a function and its gradient are, in every dtype: ours, or one's own."""

from .audit import audit as audit
from .points import DTYPES as DTYPES
from .record import Audit as Audit
from .reference import reference_of as reference_of
from .row import Row as Row
from .row import Run as Run
from .truths import truths as truths
