"""Normalization and activation in one backward pass."""

from .border import checked_keep as checked_keep
from .border import checked_keep_of as checked_keep_of
from .fixed import Keep as Keep
from .fixed import Order as Order
from .own import fused_norms as fused_norms
from .pair import act_norm as act_norm
from .pair import norm_act as norm_act
from .rule import output_and_statistics as output_and_statistics
from .statistics import Statistics as Statistics
from .switch import EPSILON as EPSILON
from .switch import Switched as Switched
from .switch import index_of as index_of
from .switch import is_after as is_after
from .switch import norm_of as norm_of
from .switch import switched as switched
from .switch import switched_and_observed as switched_and_observed
from .switch import table_of as table_of
from .table import NOTHING as NOTHING
from .table import ONLY as ONLY
from .table import Index as Index
from .table import Table as Table
from .trained import output_and_state as output_and_state
