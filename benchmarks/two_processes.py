"""One network whose batch lies on two processes, beside one process with the same work.

python -m benchmarks.two_processes

Every process has one CPU device and is bound to one core, each of a pair to one of its own. Batch norm takes
its statistics over the whole batch, and gradients are means over it; processes talk by gloo. There are two
pairs: one under `jax.shard_map`, as docs/several_devices.md shows it, where every norm waits for the other
process once forward and once backward, and the gradients are one sum; one under plain jit, where the batch is
sharded and the compiler puts in the sums. A step is waited for before the next begins. All processes live
throughout; single and pairs take turns.
"""

import math
import os
import socket
import statistics
import sys
from functools import partial

from benchmarks.timing import begin, compare, report, seconds_of
from benchmarks.workers import Worker, all_ended, serve
from bnact.distributed import allowed_cores

WIDTH, DEPTH, BATCH, FEATURES, CLASSES = 512, 8, 4096, 64, 10
STEPS, ROUNDS = 5, 7
SINGLE, PAIR, PLAIN = "one process", "two processes, shard_map", "two processes, plain jit"
AGREEMENT = 1e-4
"""Sums over the batch are taken in another order."""


def work(divided: bool) -> None:
    """One process: compiles the step, then at every line read runs `STEPS` steps and prints the loss.

    Args:
      divided: whether each process computes on its own part of the batch under `jax.shard_map`, or on all of
        it as the compiler divides it.
    """
    import jax
    import jax.numpy as jnp
    import numpy as np
    import optax
    from flax import nnx
    from jax.flatten_util import ravel_pytree
    from jax.sharding import NamedSharding, PartitionSpec

    from bnact import nn
    from bnact.distributed import batch_mesh, join_processes

    join_processes()
    mesh = batch_mesh()
    part, all_of_it = PartitionSpec("batch"), PartitionSpec()
    parts, whole = NamedSharding(mesh, part), NamedSharding(mesh, all_of_it)
    axis_name = "batch" if divided else None
    model = nn.MLP(FEATURES, CLASSES, width=WIDTH, depth=DEPTH, axis_name=axis_name, rngs=nnx.Rngs(0))
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

    def mean_of_all(tree):
        numbers, back = ravel_pytree(tree)
        return back(jax.lax.pmean(numbers, "batch")) if divided else tree

    def step(state, x, labels):
        params, rest, momentum = state

        def loss(params):
            outputs, after = nn.result_and_parts(nn.Pure(graph, params, rest), lambda model: model(x))
            losses = optax.softmax_cross_entropy_with_integer_labels(outputs, labels)
            return jnp.mean(losses), after.state

        (value, rest), gradient = jax.value_and_grad(loss, has_aux=True)(params)
        value, gradient = mean_of_all((value, gradient))
        updates, momentum = optimizer.update(gradient, momentum, params)
        return (optax.apply_updates(params, updates), rest, momentum), value

    if divided:
        # The check would sum the gradient of every parameter by itself, where one sum serves all.
        step = jax.shard_map(
            step, mesh=mesh, in_specs=(all_of_it, part, part), out_specs=all_of_it, check_vma=False
        )
    compiled = jax.jit(step)

    def steps(state):
        for _ in range(STEPS):
            state, value = jax.block_until_ready(compiled(state, *batch))
        return state, float(value)

    state, first = steps(state)

    def more():
        nonlocal state
        state, value = steps(state)
        return value

    serve(first, more)


def started(cores: tuple[int, ...], place: dict[str, str], divided: bool) -> Worker:
    """A process with one device on these cores."""
    environment = {"JAX_PLATFORMS": "cpu", "JAX_NUM_CPU_DEVICES": "1", **place}
    return Worker("benchmarks.two_processes", f"bound({cores}, {divided})", environment)


def started_pair(cores: tuple[int, ...], divided: bool) -> list[Worker]:
    """Two processes that find each other at a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    places = [
        {"JAX_COORDINATOR_ADDRESS": address, "JAX_NUM_PROCESSES": "2", "JAX_PROCESS_ID": str(number)}
        for number in range(2)
    ]
    return [started((core,), place, divided) for core, place in zip(cores, places, strict=True)]


def bound(cores: tuple[int, ...], divided: bool) -> None:
    """A process's own side: to its cores before jax counts them, then to work."""
    os.sched_setaffinity(0, cores)
    work(divided)


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
    single = [started(cores[:1], {}, divided=False)]
    pairs = {PAIR: started_pair(cores[:2], divided=True), PLAIN: started_pair(cores[:2], divided=False)}
    workers = {SINGLE: single, **pairs}
    everyone = {
        f"{side} {number}": each for side, those in workers.items() for number, each in enumerate(those)
    }
    with all_ended(everyone):
        first = [worker.said() for worker in everyone.values()]
        if not all(first):
            sys.exit("two_processes: all processes must start; one did not, and says above why")
        print(f"losses after {STEPS} steps: {', '.join(first)}")
        check_agreement([float(each) for each in first])
        seconds = seconds_of({side: partial(losses, those) for side, those in workers.items()}, ROUNDS)
    report(f"{STEPS} steps of an MLP, width {WIDTH}, depth {DEPTH}, batch {BATCH}, batch norm, relu", seconds)
    compare(seconds, SINGLE, PAIR, "promised: at least 1.7 on two cores")
    compare(seconds, SINGLE, PLAIN, "the same, as the compiler divides it")
    print(f"  a step of one process: {statistics.median(seconds[SINGLE]) / STEPS:.3f} s")


if __name__ == "__main__":
    main()
