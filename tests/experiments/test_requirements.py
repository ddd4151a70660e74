"""A command without its packages says which, and where they are."""

import subprocess
import sys

from experiments.requirements import missing


def test_what_cannot_be_imported_is_named():
    assert missing(("json", "no_such_module", "sys")) == ("no_such_module",)
    assert missing() == ()


def test_a_bare_interpreter_is_told_what_it_lacks():
    # -S leaves the installed packages out; -E the paths the environment adds.
    bare = subprocess.run(
        [sys.executable, "-S", "-E", "-m", "experiments.sweep"], capture_output=True, text=True, check=False
    )
    assert bare.returncode == 2
    assert "extra 'study'" in bare.stderr
    assert "Traceback" not in bare.stderr
