"""Flax NNX modules."""

from .block import Block as Block
from .functional import Pure as Pure
from .functional import fresh as fresh
from .functional import pure as pure
from .functional import result_and_parts as result_and_parts
from .initializers import normal_for as normal_for
from .initializers import normal_with_gain as normal_with_gain
from .learnable_activation import LearnableActivation as LearnableActivation
from .mlp import MLP as MLP
from .norm_act import NormAct as NormAct
from .norms import BatchNorm as BatchNorm
from .norms import GroupNorm as GroupNorm
from .norms import InstanceNorm as InstanceNorm
from .norms import LayerNorm as LayerNorm
from .norms import Norm as Norm
from .norms import RMSNorm as RMSNorm
from .norms import SpectralNorm as SpectralNorm
from .norms import WeightNorm as WeightNorm
from .precision import in_type_of_input as in_type_of_input
from .stack import Stack as Stack
from .switch_mlp import SwitchMLP as SwitchMLP
from .switch_norm_act import Choice as Choice
from .switch_norm_act import SwitchNormAct as SwitchNormAct
