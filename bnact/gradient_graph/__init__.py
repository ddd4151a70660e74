"""What reverse mode does, made visible: the gradient on every edge of a function's graph."""

from .graph import Edge as Edge
from .graph import GradientGraph as GradientGraph
from .graph import Node as Node
from .tracing import trace as trace
from .trajectory import Trajectory as Trajectory
