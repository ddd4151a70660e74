"""Small programs that show whether a known fault of the compiler is here."""

from .canary import Canary as Canary
from .canary import Sign as Sign
from .canary import is_expected as is_expected
from .canary import seen_on_cpu as seen_on_cpu
from .registry import CANARIES as CANARIES
