"""The identities hold of every norm at every epsilon, and each wrong gradient breaks one.

Of `bnact.invariants.norm_gradients`, `bnact.invariants.site`, `bnact.invariants.weight_projection` as well.
"""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from bnact.invariants import NORM_FORMS, Site, largest_share, weight_projection
from bnact.invariants.identities import identities_of, residuals_of
from bnact.invariants.site import Gradients, gradients_of
from tests.invariants.norms import LARGE, SMALL, WITHOUT_EPSILON, form, ours, plain, site, twins

BOUND = 1e-10
EPSILONS = [0.0, 1e-5, 1e-3, 0.1, 1.0]
# Of these the published cases speak.
PUBLISHED = ("batch", "layer", "rms")
NAMES = list(NORM_FORMS)
FORMULAS = [name for name in NAMES if NORM_FORMS[name].formula]
DIVIDED = [name for name in FORMULAS if NORM_FORMS[name].divided]


def is_further(name, epsilon, shape):
    """What one epsilon shows at the large size, and a few forms at all, the others show again."""
    if name in PUBLISHED:
        return epsilon != 1e-5 or (shape is LARGE) == (name != "batch")
    return (
        epsilon != 1e-5
        or shape is LARGE
        or name in ("ghost_batch", "power", "filter_response", "group", "instance")
    )


CASES = [
    pytest.param(
        name,
        epsilon,
        shape[name],
        id=f"{name}-{epsilon}-{shape[name]}",
        marks=[pytest.mark.slow] if is_further(name, epsilon, shape) else [],
    )
    for shape in (SMALL, LARGE)
    for name in NAMES
    for epsilon in (EPSILONS if name not in WITHOUT_EPSILON else EPSILONS[1:2])
]


@pytest.fixture(autouse=True)
def float64():
    with jax.enable_x64(True):
        yield


@functools.partial(jax.jit, static_argnums=0)
def residuals(form, epsilon, x, scale, bias, cotangent, found):
    """Compiled once for all epsilons and gradients: no identity looks at more of a norm."""
    return residuals_of(Site(form, epsilon, x, scale, bias, cotangent), found)


@functools.partial(jax.jit, static_argnums=(0, 1))
def gradients(norm, form, x, scale, bias, cotangent):
    return gradients_of(norm, Site(form, 0.0, x, scale, bias, cotangent))


def found_at(here, norm):
    return residuals(*here, gradients(norm, here.form, *here[2:]))


def assert_zero(found):
    for name, residual in found.items():
        np.testing.assert_allclose(residual.value, 0, atol=BOUND, err_msg=name)
        assert largest_share(residual) <= 1e-3, name


def without_the_scale(here):
    """Norms that have no scale of each feature are not asked for its gradient."""
    has_one = here.form.formula and here.form.divided
    return here if has_one else here._replace(scale=None)


@functools.cache
def with_bias_alone(norm):
    return lambda x, bias=None: norm(x, None, bias)


@pytest.mark.parametrize("name, epsilon, shape", CASES)
def test_the_norms_of_the_package_satisfy_them(name, epsilon, shape):
    here = without_the_scale(site(name, shape, epsilon))
    norm = ours(name, epsilon)
    found = found_at(here, norm if here.scale is not None else with_bias_alone(norm))
    assert_zero(found)
    assert len(found) == len(identities_of(here.form)) - (here.scale is None and here.form.formula)


@pytest.mark.slow
def test_three_axes_are_as_two():
    here = site("batch", (4, 3, 7), 1e-3)
    assert_zero(found_at(here, ours("batch", 1e-3)))


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.slow) for name in ("batch", "rms")])
def test_the_plain_formula_satisfies_them(name):
    here = site(name, (9, 4), 0.1)

    def norm(x, scale, bias=None):
        return plain(here.form, x, scale, bias, 0.1)

    assert_zero(found_at(here, norm))


# ------------------------------------------------------------------------------------------ twins


@functools.partial(jax.jit, static_argnums=0)
def shares_of_twins(form, epsilon, x, scale, bias, cotangent):
    """By what is wrong and by identity, in one program: the twins are stacked."""
    here = Site(form, epsilon, x, scale, bias, cotangent)
    wrong = twins(here)
    stacked = jax.tree.map(lambda *leaves: jnp.stack(leaves), *(wrong[twin] for twin in sorted(wrong)))

    def shares(found):
        return {name: largest_share(residual) for name, residual in residuals_of(here, found).items()}

    return jax.lax.map(shares, stacked)


def shares_by_twin(here):
    names = sorted(jax.eval_shape(lambda: twins(here)))
    shares = shares_of_twins(*here)
    return {twin: {name: share[at] for name, share in shares.items()} for at, twin in enumerate(names)}


def twin_cases():
    for name in DIVIDED:
        for shape in (SMALL[name], LARGE[name]):
            further = name != "batch" or shape is LARGE[name]
            yield pytest.param(name, shape, marks=[pytest.mark.slow] if further else [])


@pytest.mark.parametrize("name, shape", list(twin_cases()))
def test_a_wrong_gradient_breaks_one(name, shape):
    for epsilon in EPSILONS:
        for twin, shares in shares_by_twin(site(name, shape, epsilon)).items():
            assert max(shares.values()) > 1e3, (twin, epsilon)


@pytest.mark.parametrize(
    "identity, twin",
    [
        ("input_gradient_sum", "no mean term"),
        ("earlier_bias_gradient", "no mean term"),
        ("input_gradient_projection", "no variance term"),
        ("input_gradient_projection", "factor 1.01"),
        ("input_gradient_energy", "factor 1.01"),
        ("input_gradient_energy", "zero"),
        ("input_gradient_energy", "sign"),
        ("input_gradient", "one element"),
        ("scale_gradient", "scale by 1.01"),
        ("bias_gradient", "bias by 1.01"),
    ],
)
def test_each_identity_sees_what_it_is_there_for(identity, twin):
    assert shares_by_twin(site("batch", SMALL["batch"], 1e-3))[twin][identity] > 1e3


def test_stretching_sees_what_it_is_there_for():
    here = site("scale", (8, 6), 1e-5)._replace(scale=None)
    found = Gradients(here.cotangent)
    assert largest_share(residuals_of(here, found)["input_gradient_stretch"]) > 1e3


# ---------------------------------------------------------------------------------------- weights


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[] if name == "batch" else pytest.mark.slow) for name in DIVIDED],
)
@pytest.mark.parametrize("epsilon", [pytest.param(0.0, marks=pytest.mark.slow), 1e-3])
def test_the_weights_that_feed_a_norm(name, epsilon):
    here = site(name, SMALL[name], epsilon)
    rng = np.random.default_rng(1)
    weights = jnp.asarray(rng.normal(size=(6, 6)))

    @functools.partial(jax.jit, static_argnums=0)
    def residual(norm, weights):
        return weight_projection(norm, here, weights)

    def without_the_variance(x, scale, bias=None):
        kept = jax.lax.stop_gradient(x)
        factor = plain(here.form, kept, scale, None, epsilon) / jnp.where(kept == 0, 1, kept)
        return x * factor if bias is None else x * factor + jnp.broadcast_to(bias, x.shape)

    found = residual(ours(name, epsilon), weights)
    assert found.value.shape == ((6,) if form(name).by_feature else ())
    np.testing.assert_allclose(found.value, 0, atol=BOUND)
    assert largest_share(found) <= 1
    assert largest_share(residual(without_the_variance, weights)) > 1e3


# ------------------------------------------------------------------------------------- the others


def flax_layer_norm(x, scale, bias):
    options = {"epsilon": 0.1, "use_fast_variance": False, "param_dtype": x.dtype}
    module = nnx.LayerNorm(x.shape[-1], **options, rngs=nnx.Rngs(0))
    module.scale, module.bias = nnx.Param(scale), nnx.Param(bias)
    return module(x)


@pytest.mark.slow
def test_flax_may_be_put_under_them():
    with jax.numpy_dtype_promotion("standard"):
        assert_zero(found_at(site("layer", (9, 4), 0.1), flax_layer_norm))


def test_another_epsilon_is_noticed():
    found = found_at(site("batch", SMALL["batch"], 1e-5), ours("batch", 1e-3))
    assert largest_share(found["input_gradient_projection"]) > 1e3
