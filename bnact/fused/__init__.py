"""Normalization and activation in one backward pass."""

from .memory import keep_linear_outputs as keep_linear_outputs
from .memory import keep_pre_normalization as keep_pre_normalization
from .memory import pre_normalization as pre_normalization
from .memory import recomputed as recomputed
from .memory import waiting_for as waiting_for
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
