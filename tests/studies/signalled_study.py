"""A study to send signals to; arguments: work directory, seconds of grace, seconds a cell or "compiled"."""

import sys
import time
from pathlib import Path

import jax

from bnact.studies import interruption
from bnact.studies.progress import LineProgress
from tests.studies.fake_runs import fake_study, fake_train


def endless() -> None:
    """Compiled code that does not return, during which Python sees no signal."""
    forever = jax.jit(lambda x: jax.lax.while_loop(lambda y: y > 0, lambda y: y * 0.5 + 0.5, x))
    print("training", flush=True)  # noqa: T201
    forever(1.0).block_until_ready()


def main(workdir: str, grace: str, cell: str) -> None:
    interruption.GRACE_SECONDS = float(grace)

    def slow_train(settings):
        if cell == "compiled":
            endless()
        print("training", flush=True)  # noqa: T201
        time.sleep(float(cell))
        return fake_train(settings)

    fake_study(Path(workdir), train=slow_train, progress=LineProgress(sys.stderr))


if __name__ == "__main__":
    main(*sys.argv[1:])
