"""One side each of `benchmarks.population`: prepared, then asked to train for a while, again and again."""

import itertools
import time
from collections.abc import Callable

from benchmarks.workers import serve

DEPTH, BATCH, RUNS, RATE, MOMENTUM = 8, 64, 256, 0.03, 0.9
TIMED = {16: 256, 64: 64, 256: 16}
"""Runs of ours that are timed, by width: about two seconds of two cores."""


def asked(side: str, width: int, steps: int) -> None:
    """Prepares a side and serves it; it says its seconds of compilation and the steps of one run it makes."""
    begin = time.perf_counter()
    work, made = SIDES[side](width, steps)
    work()
    first = time.perf_counter() - begin
    begin = time.perf_counter()
    work()
    compilation = max(0.0, first - (time.perf_counter() - begin))
    serve(f"{compilation} {made}", work)


def ours(width: int, steps: int) -> tuple[Callable[[], object], int]:
    """Some of the runs, laid out and called as `bnact.training.train_population` does, without a log."""
    import dataclasses

    import jax

    from benchmarks.bare_training import bare_run
    from bnact import data
    from bnact.distributed import arrangement_of, first_of, function_of_lanes, population_mesh, use_every_core
    from bnact.fused import index_of, table_of
    from bnact.training import Setting, cell_data, examples, stacked_lanes

    use_every_core()
    table = table_of(("relu",))
    setting = Setting(depth=DEPTH, width=width, batch_size=BATCH, learning_rate=RATE, steps=steps)
    dataset, mesh = data.load(setting.data), population_mesh()
    layout = arrangement_of(RUNS, mesh.size, jax.devices()[0].platform, width, images=False)
    lanes = [dataclasses.replace(setting, seed=seed) for seed in range(TIMED.get(width, RUNS))]
    blocks = [stacked_lanes(lanes[i : i + layout.block]) for i in range(0, len(lanes), layout.block)]
    run = function_of_lanes(bare_run(setting, dataset, table), first_of(mesh, layout.devices), layout.way)
    shared = (examples(dataset), cell_data(setting, index_of("relu", "batch", "before", table)))
    program = jax.jit(run).lower(shared, blocks[0]).compile()
    shared = jax.device_put(shared, program.input_shardings[0][0])

    def work():
        # Two calls in flight, as in train_population.
        last = None
        for block in blocks:
            now = program(shared, block)
            jax.block_until_ready(last)
            last = now
        return jax.block_until_ready(last) and 0

    return work, steps * len(lanes)


def nnx_loop(width: int, steps: int) -> tuple[Callable[[], object], int]:
    """One run of flax.nnx: a model, an optimizer, and a Python loop over a step under `nnx.jit`."""
    import numpy as np
    import optax
    from flax import nnx

    from bnact import data

    train = data.load("digits").train
    classes = int(train.labels.max()) + 1

    class Network(nnx.Module):
        def __init__(self, rngs):
            sizes = [train.inputs.shape[1], *[width] * DEPTH]
            pairs = itertools.pairwise(sizes)
            self.linear = nnx.List([nnx.Linear(before, after, rngs=rngs) for before, after in pairs])
            self.norm = nnx.List([nnx.BatchNorm(width, rngs=rngs) for _ in range(DEPTH)])
            self.readout = nnx.Linear(width, classes, rngs=rngs)

        def __call__(self, x):
            for linear, norm in zip(self.linear, self.norm, strict=True):
                x = nnx.relu(norm(linear(x)))
            return self.readout(x)

    @nnx.jit
    def step(model, optimizer, x, labels):
        def loss(model):
            return optax.softmax_cross_entropy_with_integer_labels(model(x), labels).mean()

        value, gradient = nnx.value_and_grad(loss)(model)
        optimizer.update(model, gradient)
        return value

    model = Network(nnx.Rngs(0))
    optimizer = nnx.Optimizer(model, optax.sgd(RATE, momentum=MOMENTUM), wrt=nnx.Param)
    order = np.random.default_rng(0)

    def work():
        for picked in _batches(order, len(train.labels), steps):
            value = step(model, optimizer, train.inputs[picked], train.labels[picked])
        return float(value)

    return work, steps


def torch_loop(compiled: bool) -> Callable[[int, int], tuple[Callable[[], object], int]]:
    """The function that prepares one run of torch: eager, or its step under torch.compile."""

    def prepared(width: int, steps: int) -> tuple[Callable[[], object], int]:
        import numpy as np
        import torch

        from bnact import data

        train = data.load("digits").train
        inputs = torch.tensor(np.asarray(train.inputs))
        labels = torch.tensor(np.asarray(train.labels)).long()
        sizes = [inputs.shape[1], *[width] * DEPTH]
        layers = []
        for before, after in itertools.pairwise(sizes):
            layers += [torch.nn.Linear(before, after), torch.nn.BatchNorm1d(after), torch.nn.ReLU()]
        model = torch.nn.Sequential(*layers, torch.nn.Linear(width, int(labels.max()) + 1))
        optimizer = torch.optim.SGD(model.parameters(), lr=RATE, momentum=MOMENTUM)
        forward = torch.compile(model) if compiled else model
        order = np.random.default_rng(0)

        def work():
            for picked in _batches(order, len(labels), steps):
                optimizer.zero_grad()
                loss = torch.nn.functional.cross_entropy(forward(inputs[picked]), labels[picked])
                loss.backward()
                optimizer.step()
            return loss.item()

        return work, steps

    return prepared


def roof(width: int, steps: int) -> tuple[Callable[[], object], int]:
    """The products of `ours` alone: forward, and by inputs and weights, of every layer; one loop a device."""
    import jax
    import jax.numpy as jnp
    import numpy as np
    from jax import lax

    from bnact import data
    from bnact.distributed import function_of_lanes, population_mesh, use_every_core

    use_every_core()
    train = data.load("digits").train
    features, classes = train.inputs.shape[1], int(train.labels.max()) + 1
    orthogonal = np.linalg.qr(np.random.default_rng(0).standard_normal((max(width, features),) * 2))[0]
    sizes = [features, *[width] * DEPTH, classes]
    pairs = list(itertools.pairwise(sizes))
    matrices = [jnp.asarray(orthogonal[:before, :after], jnp.float32) for before, after in pairs]

    def products(matrices, lane):
        def step(_, carried):
            x, _ = carried
            inputs = []
            for matrix in matrices:
                inputs.append(x)
                x = x @ matrix
            gradients = []
            for matrix, given in zip(reversed(matrices), reversed(inputs), strict=True):
                gradients.append(given.T @ x)
                x = x @ matrix.T
            return x, gradients

        start = jnp.full((BATCH, features), lane)
        return lax.fori_loop(0, steps, step, (start, [jnp.zeros_like(m) for m in reversed(matrices)]))

    mesh = population_mesh()
    program = jax.jit(function_of_lanes(products, mesh))
    lanes = jnp.ones(mesh.size)
    return lambda: jax.block_until_ready(program(matrices, lanes)) and 0, steps * mesh.size


def _batches(order, examples: int, steps: int):
    """(steps, BATCH) positions, a fresh permutation every epoch."""
    import numpy as np

    each = examples // BATCH
    epochs = [order.permutation(examples)[: each * BATCH] for _ in range(-(-steps // each))]
    return np.concatenate(epochs).reshape(-1, BATCH)[:steps]


SIDES = {
    "bnact": ours,
    "nnx loop": nnx_loop,
    "torch eager": torch_loop(compiled=False),
    "torch compiled": torch_loop(compiled=True),
    "products alone": roof,
}
