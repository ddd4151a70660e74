"""One side each of `benchmarks.population`: prepared, then asked to train for a while, again and again."""

import itertools
import time
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from benchmarks.workers import serve
from bnact.distributed import allowed_cores

DEPTH, BATCH, RUNS, STEPS, RATE, MOMENTUM = 8, 64, 256, 300, 0.03, 0.9
"""The workload: 256 runs of 300 steps each."""
TIMED = {16: 96, 64: 24, 256: 8}
"""Runs of ours that are trained between two looks at the clock, by width, filled up to whole calls."""
LOOP_STEPS = 100
"""Steps of one run that a loop makes between two looks at the clock."""

Work = Callable[[], object]


class Side(NamedTuple):
    """A side whose packages are imported, whose data are loaded and whose models are made.

    Attributes:
      build: traces and compiles, where that is a step of its own, and returns what is timed.
      calls: of what is timed, that make up the workload.
    """

    build: Callable[[], Work]
    calls: float


def asked(name: str, width: int) -> None:
    """Prepares a side and serves it; it says its seconds of compilation and its calls of the workload.

    Compilation: the first call, and what is compiled before it, less the second call.
    """
    side = SIDES[name](width)
    start = time.perf_counter()
    work = side.build()
    work()
    first = time.perf_counter() - start
    start = time.perf_counter()
    work()
    compilation = max(0.0, first - (time.perf_counter() - start))
    serve(f"{compilation} {side.calls}", work)


def ours(logged: bool) -> Callable[[int], Side]:
    """The function that prepares a part of the population, laid out as `train_population` does.

    Args:
      logged: a study's own program, which looks at the runs on the way and keeps no running averages; else
        `bare_training.user_run`, which does what the loops do.
    """

    def prepared(width: int) -> Side:
        from benchmarks.arranged import arranged_program, blocks_of, calling, shared_data, study_program
        from benchmarks.bare_training import user_run
        from bnact import data
        from bnact.distributed import use_every_core
        from bnact.fused import index_of, table_of
        from bnact.training import Setting, arrangement_for

        use_every_core()
        table = table_of(("relu",))
        setting = Setting(depth=DEPTH, width=width, batch_size=BATCH, learning_rate=RATE, steps=STEPS)
        dataset = data.load(setting.data)
        layout = arrangement_for(setting.program, RUNS)
        blocks = blocks_of(setting, layout, layout.calls(TIMED.get(width, RUNS)))
        shared = shared_data(setting, dataset, index_of("relu", "batch", "before", table))

        def build() -> Work:
            if logged:
                program = study_program(setting, dataset, table, RUNS)
            else:
                program = arranged_program(
                    user_run(setting, dataset, unroll=DEPTH), shared, blocks[0], layout
                )
            return calling(program, shared, blocks)

        return Side(build, layout.calls(RUNS) / len(blocks))

    return prepared


def nnx_loop(fast_variance: bool) -> Callable[[int], Side]:
    """The function that prepares one run of flax.nnx: a Python loop over a step under `nnx.jit`."""

    def prepared(width: int) -> Side:
        import numpy as np
        import optax
        from flax import nnx

        from bnact import data

        train = data.load("digits").train
        classes = int(train.labels.max()) + 1

        class Network(nnx.Module):
            def __init__(self, rngs):
                pairs = itertools.pairwise([train.inputs.shape[1], *[width] * DEPTH])
                self.linear = nnx.List([nnx.Linear(before, after, rngs=rngs) for before, after in pairs])
                self.norm = nnx.List(
                    [nnx.BatchNorm(width, use_fast_variance=fast_variance, rngs=rngs) for _ in range(DEPTH)]
                )
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
            for picked in _batches(order, len(train.labels)):
                value = step(model, optimizer, train.inputs[picked], train.labels[picked])
            return float(value)

        return Side(lambda: work, RUNS * STEPS / LOOP_STEPS)

    return prepared


def torch_loop(compiled: bool) -> Callable[[int], Side]:
    """The function that prepares one run of torch: eager, or its step under torch.compile."""

    def prepared(width: int) -> Side:
        import numpy as np
        import torch  # pyright: ignore[reportMissingImports]

        from bnact import data

        torch.set_num_threads(len(allowed_cores()))
        train = data.load("digits").train
        inputs = torch.tensor(np.asarray(train.inputs))
        labels = torch.tensor(np.asarray(train.labels)).long()
        layers = []
        for before, after in itertools.pairwise([inputs.shape[1], *[width] * DEPTH]):
            layers += [torch.nn.Linear(before, after), torch.nn.BatchNorm1d(after), torch.nn.ReLU()]
        model = torch.nn.Sequential(*layers, torch.nn.Linear(width, int(labels.max()) + 1))
        optimizer = torch.optim.SGD(model.parameters(), lr=RATE, momentum=MOMENTUM)
        forward = torch.compile(model) if compiled else model
        order = np.random.default_rng(0)

        def work():
            for picked in _batches(order, len(labels)):
                optimizer.zero_grad()
                loss = torch.nn.functional.cross_entropy(forward(inputs[picked]), labels[picked])
                loss.backward()
                optimizer.step()
            return loss.item()

        return Side(lambda: work, RUNS * STEPS / LOOP_STEPS)

    return prepared


def roof(width: int) -> Side:
    """The products of a step alone; one loop a device.

    Forward and by weights of every layer, and by inputs of every layer but the first, whose inputs are data.
    """
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
    pairs = list(itertools.pairwise([features, *[width] * DEPTH, classes]))
    matrices = [jnp.asarray(orthogonal[:before, :after], jnp.float32) for before, after in pairs]

    def products(matrices, lane):
        def step(_, carried):
            batch, gradients = carried
            # A step depends on the one before, or the compiler computes one for all.
            batch = batch + 1e-30 * gradients[0][0, 0]
            x, inputs = batch, []
            for matrix in matrices:
                inputs.append(x)
                x = x @ matrix
            gradients = [None] * len(matrices)
            for layer in reversed(range(len(matrices))):
                gradients[layer] = inputs[layer].T @ x
                x = x @ matrices[layer].T if layer else x
            return batch, gradients

        start = jnp.full((BATCH, features), lane)
        return lax.fori_loop(0, LOOP_STEPS, step, (start, [jnp.zeros_like(each) for each in matrices]))

    mesh = population_mesh()
    lanes = jnp.ones(mesh.size)

    def build() -> Work:
        program = jax.jit(function_of_lanes(products, mesh)).lower(matrices, lanes).compile()
        return lambda: jax.block_until_ready(program(matrices, lanes)) and 0

    return Side(build, RUNS * STEPS / (LOOP_STEPS * mesh.size))


def _batches(order, examples: int) -> Iterator:
    """`LOOP_STEPS` times (BATCH,) positions, a fresh permutation every epoch."""
    each = examples // BATCH
    epochs = (order.permutation(examples)[: each * BATCH].reshape(each, BATCH) for _ in itertools.count())
    return itertools.islice(itertools.chain.from_iterable(epochs), LOOP_STEPS)


OURS, STUDY, NNX, ACCURATE = "bnact", "bnact, a study", "nnx loop", "nnx, accurate"
EAGER, COMPILED, ROOF = "torch eager", "torch compiled", "products alone"

SIDES: Mapping[str, Callable[[int], Side]] = {
    OURS: ours(logged=False),
    STUDY: ours(logged=True),
    NNX: nnx_loop(fast_variance=True),
    ACCURATE: nnx_loop(fast_variance=False),
    EAGER: torch_loop(compiled=False),
    COMPILED: torch_loop(compiled=True),
    ROOF: roof,
}
