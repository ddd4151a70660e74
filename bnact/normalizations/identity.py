"""No normalization, in the shape of one."""

from bnact.normalizations.affine import Affine
from bnact.normalizations.border import checked_features
from bnact.normalizations.entrance import counted_input
from bnact.normalizations.normalization import Normalization
from bnact.types import Array, AxisName


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

    def apply(
        params: Affine,
        state: tuple[()],
        x: Array,
        train: bool = True,
        mask: Array | None = None,
        axis_name: AxisName | None = None,
    ) -> tuple[Array, tuple[()]]:
        del train, axis_name
        return counted_input(name, params, x, mask)[0], state

    return Normalization(init, apply)
