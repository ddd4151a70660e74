"""What activations are held against: units of the last place, at points over all exponents."""

from bnact.activations.audit.points import log_spaced as log_spaced
from bnact.numerics import units as units
