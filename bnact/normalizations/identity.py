"""No normalization, in the shape of one."""

from bnact.normalizations.affine import Affine
from bnact.normalizations.border import checked_features
from bnact.normalizations.normalization import Normalization, standardizing
from bnact.normalizations.reduction import Reduction, whole
from bnact.normalizations.standardization import STANDARDIZATIONS
from bnact.normalizations.standardizes import Standardizes
from bnact.types import AxisName


def none() -> Normalization:
    """No norm: y = x, but for 0 behind a mask.

    Returns:
      Normalization without scale, bias or state.

    Source: nobody's; it is what a norm is compared with.
    """
    name = "none"

    def init(num_features: int) -> tuple[Affine, tuple[()]]:
        checked_features(name, num_features)
        return Affine(None, None), ()

    def reduction(shape: tuple[int, ...], axis_name: AxisName | None) -> Reduction:
        del axis_name
        return whole(STANDARDIZATIONS["none"], shape)

    return standardizing(init, Standardizes(name, reduction))
