"""Whether a pair's hand-derived gradients still satisfy what must hold exactly, in the middle of training."""

from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from bnact.fused import EPSILON, NORMS, Formula, Switched, is_after, norm_of, switched, without_formulas
from bnact.invariants import NORM_FORMS, NormForm, Residual, Site, largest_share
from bnact.invariants.identities import residuals_of
from bnact.invariants.norm_gradients import expected_input_gradient
from bnact.invariants.site import Gradients, parts_of
from bnact.nn import SwitchNormAct
from bnact.types import Array


def worst_share(x: Array, pair: SwitchNormAct, seen: Switched) -> Array:
    """How much of its bound the worst identity of the norm's gradients takes up, in a pair at work.

    The pair's own backward pass is run on x, with fixed numbers in the place of what comes from above: the
    identities hold whatever comes. With phi' the activation's slope, its gradient by x must be that of the
    norm at the cotangent phi' g where the norm stands before the activation, and phi' times that of the norm
    where it stands after; and the gradients by scale and bias those of the norm.

    The norms beyond the four and power norm (`bnact.fused.Formula`) are left out: what must hold of them
    depends on their settings, and `bnact.invariants` asserts it where they stand by themselves.

    Args:
      x: (examples, features) what the pair is given.
      pair: the pair.
      seen: what it does to x, laid open.

    Returns:
      () at most 1 where all identities hold; infinite where a gradient is not finite though its formula is;
      0 without a norm, for a formula, and where x, its variance or a bound is not finite, so that nothing
      can be said.
    """
    index, (scale, bias) = pair.choice.get_value(), pair.affine()
    above = fixed_numbers(x)
    fused = without_formulas(index, pair.table)
    _, backward = jax.vjp(lambda x, scale, bias: switched(fused[0], x, scale, bias, fused[1]), x, scale, bias)
    found = Gradients(*backward(above))
    after = is_after(index, pair.table)
    cotangent = jnp.where(after, above, above * seen.slope)
    behind = jnp.where(after, seen.slope, 1.0)

    def of_norm(name: str) -> Callable[[], Array]:
        if name == "none" or isinstance(NORMS[name], Formula):
            return lambda: jnp.zeros((), jnp.float32)
        site = Site(fused_form(name), EPSILON, seen.normalized, scale, None, cotangent)
        return lambda: _worst(site, behind, found).astype(jnp.float32)

    return lax.switch(norm_of(index, pair.table), [of_norm(name) for name in NORMS])


def check_identities(
    worst: np.ndarray, train_loss: np.ndarray, step: np.ndarray, seeds: Sequence[int]
) -> None:
    """Raises where an identity is broken; a run that diverged has no finite numbers to hold against it.

    Args:
      worst: (runs, points, layers) the `worst_share` of every pair.
      train_loss: (runs, points) where it is not finite, nothing is said.
      step: (runs, points) after how many steps.
      seeds: of the runs.

    Raises:
      ArithmeticError: an identity does not hold; the message has the layer, the step and the seed.
    """
    shares = np.where(np.isfinite(train_loss)[:, :, None], worst, 0.0)
    if not np.any(shares > 1):
        return
    lane, point, layer = (int(place) for place in np.unravel_index(np.argmax(shares), shares.shape))
    raise ArithmeticError(
        f"train_population: the gradients of the norm must satisfy the identities of bnact.invariants; got "
        f"{shares[lane, point, layer]:.3g} times the bound in hidden layer {layer} after "
        f"{int(step[lane, point])} steps, seed {seeds[lane]}; look at that layer with "
        "bnact.invariants.assert_norm_gradients"
    )


def fused_form(name: str) -> NormForm:
    """What the fused norm of that name claims to be; it has a bias, whichever it is.

    Raises:
      ValueError: no formula of its gradient is known.
      KeyError: there is no form of that name.
    """
    form = NORM_FORMS[name]
    if not form.formula:
        raise ValueError(
            f"fused_form: a fused norm must have a formula in bnact.invariants.NORM_FORMS; got {name!r}, "
            "which has none; give it one"
        )
    return form._replace(bias=True)


def _worst(site: Site, behind: Array, found: Gradients) -> Array:
    parts = parts_of(site)
    expected, bound = expected_input_gradient(site, parts)
    by_x = Residual(found.x - behind * expected, jnp.abs(behind) * bound)
    residuals = {"input_gradient": by_x, **residuals_of(site, found, about=("scale", "bias"))}
    bounds = [jnp.all(jnp.isfinite(residual.bound)) for residual in residuals.values()]
    # Of a variance that is infinite the inverse root is 0, and so is every bound.
    known = jnp.all(jnp.stack(bounds)) & jnp.all(jnp.isfinite(site.x)) & jnp.all(parts.r > 0)
    return jnp.where(known, largest_share(residuals), 0)


def fixed_numbers(x: Array) -> Array:
    """Numbers between -1 and 1 without a pattern along either axis: MurmurHash3's last step, of the place.

    Made of whole numbers, which are the same wherever the compiler computes them again.
    """
    place = jnp.arange(1, x.size + 1, dtype=jnp.uint32)
    place = (place ^ (place >> 16)) * jnp.uint32(0x85EBCA6B)
    place = (place ^ (place >> 13)) * jnp.uint32(0xC2B2AE35)
    scattered = (place ^ (place >> 16)) >> 16
    return (scattered.astype(x.dtype) / 32768 - 1).reshape(x.shape)
