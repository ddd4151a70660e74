"""One network whose batch lies on two processes, beside one process with the same work.

python -m benchmarks.two_processes

Every process has one CPU device. The single one is bound to one core, and the pair together to two: each to
one of its own was slower, as what talks to the other then waits for the core that computes. Batch norm takes
its statistics over the whole batch, and gradients are summed over it: plain jit with a batch that is sharded
over `bnact.distributed.batch_mesh`; processes talk by gloo. A step is waited for before the next begins. All
three processes live throughout; single and pair take turns.
"""

import math
import os
import socket
import statistics
import sys

from benchmarks.timing import begin, compare, report, seconds_of
from benchmarks.workers import Worker, all_ended, serve
from bnact.distributed import allowed_cores

WIDTH, DEPTH, BATCH, FEATURES, CLASSES = 512, 8, 4096, 64, 10
STEPS, ROUNDS = 5, 7
SINGLE, PAIR = "one process", "two processes"
AGREEMENT = 1e-4
"""Sums over the batch are taken in another order."""


def work() -> None:
    """One process: compiles the step, then at every line read runs `STEPS` steps and prints the loss."""
    import jax
    import jax.numpy as jnp
    import numpy as np
    import optax
    from flax import nnx
    from jax.sharding import NamedSharding, PartitionSpec

    from bnact import nn
    from bnact.distributed import batch_mesh, join_processes

    join_processes()
    mesh = batch_mesh()
    parts, whole = NamedSharding(mesh, PartitionSpec("batch")), NamedSharding(mesh, PartitionSpec())
    model = nn.MLP(FEATURES, CLASSES, width=WIDTH, depth=DEPTH, rngs=nnx.Rngs(0))
    graph, params, rest = nn.pure(model)
    optimizer = optax.sgd(0.01, momentum=0.9)

    def placed(tree):
        return jax.tree.map(
            lambda leaf: jax.make_array_from_process_local_data(whole, np.asarray(leaf)), tree
        )

    state = placed((params, rest, optimizer.init(params)))
    random = np.random.default_rng(0)
    x = random.standard_normal((BATCH, FEATURES), np.float32)
    labels = random.integers(0, CLASSES, BATCH, np.int32)
    share = BATCH // jax.process_count()
    mine = slice(jax.process_index() * share, (jax.process_index() + 1) * share)
    batch = [jax.make_array_from_process_local_data(parts, each[mine]) for each in (x, labels)]

    @jax.jit
    def step(state, x, labels):
        params, rest, momentum = state

        def loss(params):
            outputs, after = nn.result_and_parts(nn.Pure(graph, params, rest), lambda model: model(x))
            losses = optax.softmax_cross_entropy_with_integer_labels(outputs, labels)
            return jnp.mean(losses), after.state

        (value, rest), gradient = jax.value_and_grad(loss, has_aux=True)(params)
        updates, momentum = optimizer.update(gradient, momentum, params)
        return (optax.apply_updates(params, updates), rest, momentum), value

    def steps(state):
        for _ in range(STEPS):
            state, value = jax.block_until_ready(step(state, *batch))
        return state, float(value)

    state, first = steps(state)

    def more():
        nonlocal state
        state, value = steps(state)
        return value

    serve(first, more)


def started(cores: tuple[int, ...], place: dict[str, str]) -> Worker:
    """A process with one device on these cores."""
    environment = {"JAX_PLATFORMS": "cpu", "JAX_NUM_CPU_DEVICES": "1", **place}
    return Worker("benchmarks.two_processes", f"bound({cores})", environment)


def bound(cores: tuple[int, ...]) -> None:
    """A process's own side: to its cores before jax counts them, then to work."""
    os.sched_setaffinity(0, cores)
    work()


def losses(workers: list[Worker]) -> list[float]:
    """What the workers say, after all of them were asked to run."""
    for worker in workers:
        worker.ask()
    return [float(worker.said()) for worker in workers]


def check_agreement(found: list[float]) -> None:
    """Ends the benchmark where the processes do not descend the same loss.

    Raises:
      SystemExit: the losses differ.
    """
    if not all(math.isclose(each, found[0], rel_tol=AGREEMENT) for each in found):
        sys.exit(
            f"two_processes: all must have the same loss, to {AGREEMENT} of it; got "
            f"{', '.join(map(str, found))}; what is timed is not the same work"
        )


def main() -> None:
    """Starts all processes, and lets single and pair run in turn."""
    begin()
    cores = allowed_cores()
    if len(cores) < 2:
        sys.exit("two_processes: needs two cores; this process may use one; give it another")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    places = [
        {"JAX_COORDINATOR_ADDRESS": address, "JAX_NUM_PROCESSES": "2", "JAX_PROCESS_ID": str(number)}
        for number in range(2)
    ]
    single = [started(cores[:1], {})]
    pair = [started(cores[:2], place) for place in places]
    everyone = dict(zip(("single", "first", "second"), (*single, *pair), strict=True))
    with all_ended(everyone):
        first = [worker.said() for worker in everyone.values()]
        if not all(first):
            sys.exit("two_processes: all three processes must start; one did not, and says above why")
        print(f"losses after {STEPS} steps: {', '.join(first)}")
        check_agreement([float(each) for each in first])
        seconds = seconds_of({SINGLE: lambda: losses(single), PAIR: lambda: losses(pair)}, ROUNDS)
    report(f"{STEPS} steps of an MLP, width {WIDTH}, depth {DEPTH}, batch {BATCH}, batch norm, relu", seconds)
    compare(seconds, SINGLE, PAIR, "promised: at least 1.7 on two cores")
    print(f"  a step of one process: {statistics.median(seconds[SINGLE]) / STEPS:.3f} s")


if __name__ == "__main__":
    main()
