import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.invariants import NORM_FORMS, Site
from bnact.invariants.norm_gradients import bias_gradient, scale_gradient
from bnact.invariants.site import Gradients, examined, gradients_of, parts_of
from tests.invariants.norms import SMALL, plain, plain_gradients, site
from tests.invariants.wrong import some_slow

FORMULAS = [name for name, form in NORM_FORMS.items() if form.formula]


@pytest.mark.parametrize("name", some_slow(FORMULAS, "batch"))
def test_the_parts_make_the_output(name):
    """z, or what is left of the mean where nothing is divided, laid out as x and multiplied."""
    with jax.enable_x64(True):
        here = site(name, SMALL[name], 0.1)
        parts = jax.jit(lambda: parts_of(here))()
        expected = jax.jit(lambda: plain(here.form, here.x, jnp.ones(6), None, 0.1))()
        np.testing.assert_allclose(jnp.reshape(parts.d * parts.r, here.x.shape), expected, atol=1e-12)
        assert parts.n == here.x.size / parts.r.size


@pytest.mark.parametrize("dtype", [jnp.float16, jnp.bfloat16, jnp.float32])
def test_statistics_are_kept_in_float32_or_wider(dtype):
    x = jnp.ones((4, 3), dtype)
    parts = jax.eval_shape(lambda x: parts_of(Site(NORM_FORMS["batch"], 0.1, x, None, None, x)), x)
    assert {each.dtype for each in (parts.g, parts.d, parts.z, parts.r, parts.size)} == {jnp.dtype("float32")}


def test_the_size_is_no_less_than_the_gradient():
    with jax.enable_x64(True):
        here = site("batch", (8, 6), 1e-3)
        gradient, size = jax.jit(lambda: (plain_gradients(here).x, parts_of(here).size))()
        assert np.all(np.abs(gradient) <= size)


def test_a_norm_is_given_what_the_site_has():
    here = Site(NORM_FORMS["batch"], 0.1, jnp.ones((4, 3)), None, jnp.zeros(3), jnp.ones((4, 3)))
    found = gradients_of(lambda x, bias: 2 * x + bias[None], here)
    np.testing.assert_array_equal(found.x, 2)
    np.testing.assert_array_equal(found.bias, 4)
    assert found.scale is None


@pytest.mark.parametrize("identity, parameter", [(scale_gradient, "scale"), (bias_gradient, "bias")])
def test_a_gradient_that_is_not_there_is_an_error(identity, parameter):
    here = site("batch", (8, 6), 0.1)
    with pytest.raises(ValueError, match=f"there must be a gradient by the {parameter}; got None; give"):
        jax.eval_shape(lambda: identity(examined(here, Gradients(here.x))))
