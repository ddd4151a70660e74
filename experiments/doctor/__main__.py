"""The command: python -m experiments.doctor."""

import sys

from .checks.versions import fitting
from .finding import Finding
from .packages import packages_here
from .showing import as_json, show


def main(argv: list[str]) -> int:
    """Examines this machine, or says why that cannot be begun.

    jax, flax and bnact are imported here and not above: where Python or a package is too old, or jaxlib does
    not fit jax, the import itself fails, with whatever error that version has.
    """
    try:
        from experiments.command import exit_code

        from .command import COMMAND
    except Exception as error:
        return not_begun(error, "--json" in argv)
    # Not `run`: the devices are to be found as a program of one's own would find them.
    return exit_code(COMMAND, argv)


def not_begun(error: Exception, as_object: bool) -> int:
    """Shows the versions, which can be read without an import, and the error; returns the exit code."""
    said = " ".join(f"{type(error).__name__}: {error}".split())
    remedy = "mend what is wrong with the versions, or install bnact anew: pip install -e '.[study]'"
    findings = (*fitting(*packages_here()), Finding("import of bnact", said, "wrong", remedy))
    if as_object:
        sys.stdout.write(f"{as_json(findings)}\n")
    else:
        show(findings, sys.stdout)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv))
