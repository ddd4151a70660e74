"""No normalization, in the shape of one."""

from bnact.normalizations.affine import Affine
from bnact.normalizations.border import checked_features, checked_input
from bnact.normalizations.normalization import Normalization
from bnact.normalizations.standardize import behind_mask_zero
from bnact.numerics.masks import full_mask
from bnact.types import Array, AxisName


def none() -> Normalization:
    """The norm that leaves x as it is (but for 0 behind a mask): y = x.

    Returns:
      Normalization without scale, bias or state.
    """
    name = "none"

    def init(num_features: int) -> tuple[Affine, tuple[()]]:
        checked_features(name, num_features)
        return Affine(None, None), ()

    def apply(
        params: Affine,
        state: tuple[()],
        x: Array,
        train: bool = True,
        mask: Array | None = None,
        axis_name: AxisName | None = None,
    ) -> tuple[Array, tuple[()]]:
        del train, axis_name
        x = checked_input(name, x, params)
        return behind_mask_zero(x, full_mask(mask, x)), state

    return Normalization(init, apply)
