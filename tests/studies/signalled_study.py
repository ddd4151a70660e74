"""A study to send signals to; its arguments are the work directory, seconds a cell, and seconds of grace."""

import sys
import time
from pathlib import Path

from bnact.studies import interruption
from bnact.studies.progress import LineProgress
from tests.studies.fake_runs import fake_study, fake_train


def main(workdir: str, seconds: str, grace: str) -> None:
    interruption.GRACE_SECONDS = float(grace)

    def slow_train(settings):
        print("training", flush=True)  # noqa: T201
        time.sleep(float(seconds))
        return fake_train(settings)

    fake_study(Path(workdir), train=slow_train, progress=LineProgress(sys.stderr))


if __name__ == "__main__":
    main(*sys.argv[1:])
