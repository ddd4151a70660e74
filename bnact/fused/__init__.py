"""Normalization and activation in one backward pass."""

from .norms import FORMULAS as FORMULAS
from .norms import GROUPS as GROUPS
from .norms import NORMS as NORMS
from .norms import Formula as Formula
from .norms import Norm as Norm
from .norms import Own as Own
from .norms import has_affine as has_affine
from .pair import act_norm as act_norm
from .pair import norm_act as norm_act
from .rule import output_and_statistics as output_and_statistics
from .statistics import Statistics as Statistics
from .switch import EPSILON as EPSILON
from .switch import Switched as Switched
from .switch import index_of as index_of
from .switch import is_after as is_after
from .switch import norm_of as norm_of
from .switch import norms_of as norms_of
from .switch import own_of as own_of
from .switch import switched as switched
from .switch import switched_and_observed as switched_and_observed
from .switch import table_of as table_of
from .switch import without_formulas as without_formulas
from .table import NOTHING as NOTHING
from .table import ONLY as ONLY
from .table import Index as Index
from .table import Table as Table
