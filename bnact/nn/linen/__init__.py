"""The norms as Flax Linen modules, with the collections "params" and "batch_stats"."""

from .batch_norm import BatchNorm as BatchNorm
from .group_norm import GroupNorm as GroupNorm
from .group_norm import InstanceNorm as InstanceNorm
from .layer_norm import LayerNorm as LayerNorm
from .layer_norm import RMSNorm as RMSNorm
from .norm import Norm as Norm
from .norm_act import NormAct as NormAct
