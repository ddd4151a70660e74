"""Activations: functions of one number, their exact derivatives, and what is known about them."""

from .activation import Activation as Activation
from .registry import ACTIVATIONS as ACTIVATIONS
from .registry import get as get
from .rule import Curve as Curve
from .rule import curve as curve
from .verification import verify as verify
