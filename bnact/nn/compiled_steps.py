"""Many steps of training in one dispatch: a module's variables as arrays, NNX at both ends only."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from flax import nnx
from jax import lax

from bnact.types import Array, PyTree

from .functional import Pure, module_of, pure, result_and_parts

Loss = Callable[[Any, Any], Array]
Progress = tuple[Array, ...]
"""Everything that changes while a module trains: parameters, what it remembers, the optimizer's state."""


class CompiledSteps(NamedTuple):
    """Three functions; only `advance` is called while training.

    Attributes:
      start: (module) -> progress, of a module of the structure that the steps were made for. The arrays are
        copies: the module keeps its own.
      advance: (progress, batches) -> (progress, losses), compiled. `batches` has a leading axis, the steps;
        the losses, of the parameters before each step, are (steps,). The progress that it is given is
        donated: it is used up, and only the one returned may be read.
      module: (progress) -> a module of its own, with a copy of the arrays.
    """

    start: Callable[[nnx.Module], Progress]
    advance: Callable[[Progress, PyTree], tuple[Progress, Array]]
    module: Callable[[Progress], Any]


def compiled_steps(module: nnx.Module, optimizer: optax.GradientTransformation, loss: Loss) -> CompiledSteps:
    """As many steps of an optimizer as there are batches, in one call of one compiled program.

        steps = compiled_steps(module, optax.adam(1e-3), loss)
        progress = steps.start(module)
        progress, losses = steps.advance(progress, batches)
        module = steps.module(progress)

    A step is what a loop of `nnx.value_and_grad` and `nnx.Optimizer.update` does: gradients for every
    `nnx.Param`; whatever else the module remembers, such as running averages and the counts of random
    streams, goes from step to step as the loss leaves it. What is saved is the time between two steps, in
    which Python takes the module apart, calls and puts it together.

    Args:
      module: gives the structure; it stays as it is. It must be in the mode that it trains in.
      optimizer: of optax. Its state begins anew in `start`. One that looks at the loss, such as
        `optax.contrib.reduce_on_plateau`, is given it as `value`.
      loss: (module, batch) -> a scalar. It may change the module's variables, not its structure.

    Returns:
      The functions. A new number of steps compiles a new program.

    Raises:
      TypeError: the optimizer is none of optax's; in `start`, a module of another structure; in `advance`, a
        loss that changes the structure.
      ValueError: in `advance`, batches without a common leading axis of at least 1, or a loss that is no
        scalar.
    """
    _check_optimizer(optimizer)
    graph, optimizer = pure(module).graph, optax.with_extra_args_support(optimizer)
    structure = jax.tree.structure(jax.eval_shape(lambda parts: _whole(parts, optimizer), pure(module)[1:]))

    def start(module: nnx.Module) -> Progress:
        given = pure(module)
        leaves, found = jax.tree.flatten(_whole(given[1:], optimizer))
        if found != structure or given.graph != graph:
            raise TypeError(
                "compiled_steps: the module must have the structure that the steps were made for; got a "
                "module of another; make steps for it with compiled_steps"
            )
        return tuple(map(jnp.copy, leaves))

    def step(progress: Progress, batch: PyTree) -> tuple[Progress, Array]:
        params, state, remembered = jax.tree.unflatten(structure, progress)

        def value(params: PyTree) -> tuple[Array, PyTree]:
            before = Pure(graph, params, state)
            result, after = result_and_parts(before, lambda module: loss(module, batch))
            _check_structure(before, after)
            return _scalar(result), after.state

        (result, state), gradient = jax.value_and_grad(value, has_aux=True)(params)
        updates, remembered = optimizer.update(gradient, remembered, params, value=result)
        whole = (optax.apply_updates(params, updates), state, remembered)
        return tuple(jax.tree.leaves(whole)), result

    def advance(progress: Progress, batches: PyTree) -> tuple[Progress, Array]:
        _check_steps(batches)
        return lax.scan(step, progress, batches)

    def trained(progress: Progress) -> Any:
        params, state, _ = jax.tree.unflatten(structure, tuple(map(jnp.copy, progress)))
        return module_of(Pure(graph, params, state))

    return CompiledSteps(start, jax.jit(advance, donate_argnums=0), trained)


def _whole(variables: tuple[PyTree, PyTree], optimizer: optax.GradientTransformation) -> PyTree:
    params, state = variables
    return params, state, optimizer.init(params)


def _check_optimizer(optimizer: object) -> None:
    if not all(callable(getattr(optimizer, name, None)) for name in ("init", "update")):
        raise TypeError(
            f"compiled_steps: the optimizer must be one of optax's; got {type(optimizer).__name__}; use for "
            f"instance optax.adam(1e-3), and not an nnx.Optimizer around it"
        )


def _check_steps(batches: PyTree) -> None:
    shapes = [jnp.shape(leaf) for leaf in jax.tree.leaves(batches)]
    if not shapes or not all(shapes) or len({shape[0] for shape in shapes}) != 1 or shapes[0][0] < 1:
        raise ValueError(
            "compiled_steps: all batches must have a leading axis of one size, the steps, at least 1; got "
            f"shapes {shapes}; stack the batches with jnp.stack, a single one as batch[None]"
        )


def _check_structure(before: Pure, after: Pure) -> None:
    old, new = (dict(_described(parts)) for parts in (before, after))
    if old != new or before.graph != after.graph:
        changed = sorted(path for path in old | new if old.get(path) != new.get(path))
        raise TypeError(
            f"compiled_steps: the loss must leave the module's structure as it is, which every step shares; "
            f"got other {', '.join(changed) or 'settings of a module'} after it; make every variable in "
            f"__init__, and take what is sown out again with nnx.pop(module, nnx.Intermediate) in the loss"
        )


def _described(parts: Pure) -> list[tuple[str, Any]]:
    """Path, shape and type of every variable."""
    leaves = jax.tree_util.tree_leaves_with_path(parts[1:])
    # A weak type that becomes a strong one, as that of an array made of a Python number, is no change.
    return [(jax.tree_util.keystr(path[1:]), (leaf.shape, leaf.dtype)) for path, leaf in leaves]


def _scalar(result: Array) -> Array:
    if jnp.shape(result) != ():
        raise ValueError(
            f"compiled_steps: the loss must be a scalar; got shape {jnp.shape(result)}; take its mean over "
            "the batch"
        )
    return result
