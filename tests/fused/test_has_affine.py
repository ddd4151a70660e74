"""Which norm of a table has a scale of every feature, and which a bias."""

from bnact.fused import NORMS, has_affine


def test_every_norm_says_it_by_its_name():
    has = has_affine()
    assert tuple(has) == tuple(NORMS)
    without_scale = {name for name, each in has.items() if not each.scale}
    assert without_scale == {"none", "mean_only_batch", "scale", "local_response"}
    without_bias = {name for name, each in has.items() if not each.bias}
    assert without_bias == {"none", "rms", "scale", "local_response"}
