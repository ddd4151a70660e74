"""A network as a chain of links, with one hook at every place where a pair is applied."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

import jax
import jax.numpy as jnp
from flax import nnx

from bnact.types import Array, PyTree

Visit = Callable[[Any, Array, PyTree], tuple[Array, PyTree]]
"""`visit(pair, made, one) -> (y, output)`: applies a pair to what was made for it, and keeps something.

`made` is what a linear map made, or the residual stream; `one` is what this place is given of `each`.
"""


class Link(Protocol):
    """A part of a network that applies some pairs.

    Attributes:
      sites: how many.
    """

    @property
    def sites(self) -> int:
        """How many pairs it applies."""
        ...

    def through(self, visit: Visit, x: Array, each: PyTree) -> tuple[Array, PyTree]:
        """x carried through, `visit` called at every site in turn.

        Args:
          visit: see `Visit`.
          x: input.
          each: arguments of the single visits, stacked along a leading axis of size `sites`.

        Returns:
          The output, and the outputs of the visits, stacked likewise.
        """
        ...


class Body(nnx.Module):
    """Links one after another, the mean over all places of an example, and a linear readout.

    What a network computes is written once, whatever its pairs are: `NormAct` for a user, `SwitchNormAct`
    for a study.

    Attributes:
      links: see `Link`.
      readout: the linear map behind them.
      places: how many axes of places an example has: 0 for a vector, 1 for a sequence, 2 for an image.
    """

    def __init__(self, links: Sequence[Any], readout: Any, places: int = 0):
        """Makes the network from its parts; see the attributes."""
        self.links = nnx.List(links)
        self.readout: Any = readout
        self.places = places

    @property
    def sites(self) -> int:
        """How many pairs the network applies."""
        return sum(link.sites for link in self.links)

    def __call__(self, x: Array) -> Array:
        """(..., places, features) -> (..., outputs)."""
        return self.through(plain_visit, x, None)[0]

    def through(self, visit: Visit, x: Array, each: PyTree) -> tuple[Array, PyTree]:
        """The output, and what `visit` keeps at every site; as in `Link`."""
        x, outputs = through_chain(self.links, visit, x, each)
        x = jnp.mean(x, axis=tuple(range(-1 - self.places, -1))) if self.places else x
        return self.readout(x), outputs


def plain_visit(pair: Callable[[Array], Array], made: Array, one: PyTree) -> tuple[Array, None]:
    """The pair applied, nothing kept."""
    del one
    return pair(made), None


def through_chain(links: Iterable[Link], visit: Visit, x: Array, each: PyTree) -> tuple[Array, PyTree]:
    """x carried through links in turn; as in `Link`, for the sites of all of them."""
    outputs, begin = [], 0
    for link in links:
        x, output = link.through(visit, x, _part(each, begin, begin + link.sites))
        begin += link.sites
        if link.sites:
            outputs.append(output)
    return x, jax.tree.map(lambda *leaves: jnp.concatenate(leaves), *outputs)


def of_site(each: PyTree, site: int) -> PyTree:
    """What one site is given of `each`."""
    return jax.tree.map(lambda leaf: leaf[site], each)


def over_sites(*outputs: PyTree) -> PyTree:
    """The outputs of single visits, stacked."""
    return jax.tree.map(lambda *leaves: jnp.stack(leaves), *outputs)


def _part(each: PyTree, begin: int, end: int) -> PyTree:
    return jax.tree.map(lambda leaf: leaf[begin:end], each)
