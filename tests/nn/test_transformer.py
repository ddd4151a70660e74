"""The transformer, written out in NumPy from its formulas."""

import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from bnact import nn
from tests.nn.written_out import first_of, mapped, normalized

RNG = np.random.default_rng(0)


def layer(x):
    return normalized(x, -1)


def attended(attention, x):
    query, key, value = np.split(mapped(attention.into, x), 3, axis=-1)
    out = []
    for head in range(attention.heads):
        part = slice(2 * head, 2 * head + 2)
        scores = query[..., part] @ np.swapaxes(key[..., part], -1, -2) / np.sqrt(2.0)
        weights = np.exp(scores)
        out.append(weights / weights.sum(-1, keepdims=True) @ value[..., part])
    return mapped(attention.out, np.concatenate(out, -1))


@pytest.mark.parametrize("placement", ["before", "after"])
def test_a_transformer(placement):
    network = nn.Transformer(
        3, 2, width=4, depth=1, heads=2, hidden_width=5, placement=placement, norm="batch",
        activation="tanh", rngs=nnx.Rngs(0),
    )  # fmt: skip
    x, links = RNG.normal(size=(6, 7, 3)), network.body.links
    one, place = first_of(links[1].stack), np.arange(7)[:, None]
    waves = np.concatenate([f(place * rate) for rate in (1.0, 0.01) for f in (np.sin, np.cos)], axis=1)
    h = mapped(links[0].map.linear, x) + waves

    def fed(h):
        u = mapped(one.first, h)
        # The statistics are those of all tokens of all examples.
        u = np.tanh((u - u.mean((0, 1))) / np.sqrt(u.var((0, 1)) + 1e-5))
        return mapped(one.second, u)

    if placement == "before":
        h = h + attended(one.attention, layer(h))
        h = layer(h + fed(layer(h)))
    else:
        h = layer(h + attended(one.attention, h))
        h = layer(h + fed(h))
    expected = mapped(network.body.readout, h.mean(1))
    np.testing.assert_allclose(network(jnp.float32(x)), expected, rtol=1e-4, atol=1e-4)


def test_errors():
    with pytest.raises(
        ValueError, match="heads must divide the width; got width=6, heads=4; use one of 1, 2"
    ):
        nn.Transformer(1, 2, width=6, depth=1, rngs=nnx.Rngs(0))
    with pytest.raises(ValueError, match="placement must be 'before' or 'after', .*; got 'pre'; use one of"):
        nn.Transformer(1, 2, width=4, depth=1, placement="pre", rngs=nnx.Rngs(0))  # pyright: ignore[reportArgumentType]


def test_an_example_without_tokens_has_no_mean():
    network = nn.Transformer(3, 2, width=4, depth=1, rngs=nnx.Rngs(0))
    message = (
        r"Transformer: x must have at least one place on each of its axes tokens, .*; got shape \(2, 0, 3\)"
    )
    with pytest.raises(ValueError, match=message):
        network(jnp.ones((2, 0, 3)))
