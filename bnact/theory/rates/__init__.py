"""How fast gradients grow with a norm."""

from .batch_norm_rate import DriftWarning as DriftWarning
from .batch_norm_rate import batch_norm_rate as batch_norm_rate
from .layer_norm_rate import layer_norm_rate as layer_norm_rate
from .layer_norm_rate import rms_norm_rate as rms_norm_rate
from .rates_table import RatesTable as RatesTable
from .rates_table import rates_table as rates_table
from .residual_growth import ResidualGrowth as ResidualGrowth
from .residual_growth import residual_growth as residual_growth
from .symmetric_point import SymmetricPoint as SymmetricPoint
from .symmetric_point import symmetric_point as symmetric_point
