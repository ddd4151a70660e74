"""What watching the identities costs: training with `--check`, beside the same training without.

python -m benchmarks.check_cost
"""

from benchmarks.arranged import calling, laid_out, shared_data, study_program
from benchmarks.timing import begin, compare, report, warm_seconds_of
from bnact import data
from bnact.distributed import use_every_core
from bnact.fused import index_of, table_of
from bnact.training import Setting

RUNS, ROUNDS = 40, 5
TABLE = table_of(("relu", "sigmoid", "tanh", "gelu"))
CHECKED, UNCHECKED = "with --check", "without"
SETTINGS = {"sweep": Setting(), "founding study": Setting(observed=2048)}


def main() -> None:
    """Runs both in turn, in the default setting of a sweep and in that of the founding study."""
    begin()
    use_every_core()
    dataset = data.load("digits")
    for name, setting in SETTINGS.items():
        index = index_of(setting.activation, setting.norm, setting.order, TABLE)
        shared = shared_data(setting, dataset, index)
        layout, blocks = laid_out(setting, RUNS)
        programs = {
            side: study_program(setting, dataset, TABLE, RUNS, check=side == CHECKED)
            for side in (CHECKED, UNCHECKED)
        }
        runs = {side: calling(program, shared, blocks) for side, program in programs.items()}
        seconds = warm_seconds_of(runs, ROUNDS)
        made = len(blocks) * layout.block
        report(f"{name}: {made} runs of {setting.steps} steps, depth {setting.depth}", seconds)
        compare(seconds, CHECKED, UNCHECKED, "no promise, a stated cost")


if __name__ == "__main__":
    main()
