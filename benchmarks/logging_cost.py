"""What a run's log costs: training with it, beside the same training that looks at nothing.

python -m benchmarks.logging_cost

Both are laid out over the devices as a study is, and called as a study calls its program.
"""

from benchmarks.arranged import arranged_program, calling, laid_out, shared_data, study_program
from benchmarks.bare_training import bare_run
from benchmarks.timing import begin, compare, report, warm_seconds_of
from bnact import data
from bnact.distributed import use_every_core
from bnact.fused import index_of, table_of
from bnact.training import Setting

DEPTHS = (2, 8, 16)
RUNS, ROUNDS = 40, 5
TABLE = table_of(("relu", "sigmoid", "tanh", "gelu"))
LOGGED, BARE = "with its log", "bare"


def main() -> None:
    """Runs both in turn at every depth of the founding study."""
    begin()
    use_every_core()
    dataset = data.load("digits")
    for depth in DEPTHS:
        setting = Setting(depth=depth)
        index = index_of(setting.activation, setting.norm, setting.order, TABLE)
        shared = shared_data(setting, dataset, index)
        layout, blocks = laid_out(setting, RUNS)
        programs = {
            LOGGED: study_program(setting, dataset, TABLE, RUNS),
            BARE: arranged_program(bare_run(setting, dataset, TABLE), shared, blocks[0], layout),
        }
        runs = {side: calling(program, shared, blocks) for side, program in programs.items()}
        seconds = warm_seconds_of(runs, ROUNDS)
        made = len(blocks) * layout.block
        report(f"{made} runs of {setting.steps} steps, depth {depth}, width {setting.width}", seconds)
        compare(seconds, LOGGED, BARE, "promised: at most 1.10")


if __name__ == "__main__":
    main()
