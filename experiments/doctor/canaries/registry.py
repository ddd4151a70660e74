"""Every canary."""

from . import convolutions, reloading, stacked_outputs, vmapped_product
from .canary import Canary

CANARIES: tuple[Canary, ...] = (
    vmapped_product.CANARY,
    stacked_outputs.CANARY,
    convolutions.IN_LOOP,
    convolutions.VMAPPED,
    reloading.CANARY,
)
