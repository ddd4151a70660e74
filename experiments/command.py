"""What every command has in common: flags, help, and errors that cost nothing and fit on a line.

Exit codes: 0 all is done; 1 some runs failed and the rest is done; 2 bad input, or the study cannot go on:
one line on standard error says why and what to do; 130 or 143 stopped by a signal, to be continued by the
same command.
"""

import sys
import warnings
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from absl import flags
from absl.flags import FlagValues

from bnact.distributed import use_compilation_cache, use_every_core
from bnact.studies import StudyError

DONE, SOME_FAILED, REFUSED, STOPPED = 0, 1, 2, 130

KEPT = """Compiled programs, and how long studies took, are kept for later commands in bnact, mode 700, in
XDG_CACHE_HOME or else ~/.cache. JAX_ENABLE_COMPILATION_CACHE=false keeps no program."""
"""What --help says of the cache."""


class Command(NamedTuple):
    """A command.

    Attributes:
      description: what it does, as --help shows it.
      flags: its flags.
      prepare: checks the flags, raising ValueError, OSError or StudyError, and returns what is then to
        do: it returns the exit code, and raises StudyError alone.
      needs_workdir: whether a work directory must be named.
    """

    description: str
    flags: FlagValues
    prepare: Callable[[FlagValues], Callable[[], int]]
    needs_workdir: bool = True


def new_flags() -> flags.FlagValues:
    """Flags of one command, with --workdir and --help."""
    values = flags.FlagValues()
    flags.DEFINE_string("workdir", None, "directory of the results, verdicts and report", flag_values=values)
    flags.DEFINE_bool("help", False, "show this text and stop", flag_values=values)
    flags.DEFINE_bool("helpfull", False, "the same", flag_values=values)
    return values


def run(command: Command) -> None:
    """Runs a command with the process's arguments, on every core, and exits; compiled programs are kept."""
    use_every_core()
    try:
        sys.exit(exit_code(_told(command), sys.argv, keep_programs))
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
        sys.exit(STOPPED)


def _told(command: Command) -> Command:
    return command._replace(description=f"{command.description.strip()}\n\n{KEPT}")


def keep_programs() -> None:
    """Has compiled programs kept for later commands; where that is not safe, a line says why."""
    try:
        use_compilation_cache()
    except OSError as error:
        sys.stderr.write(f"warning: {error}; programs are compiled anew\n")


def nothing() -> None:
    """Leaves the process as it is."""


def exit_code(command: Command, argv: Sequence[str], begin: Callable[[], None] = nothing) -> int:
    """Runs a command; bad input becomes one line on standard error.

    Args:
      command: the command.
      argv: the program's name, then its arguments.
      begin: called once the flags have proved good, before anything is computed; not for --help.

    Returns:
      The exit code, see above.
    """
    values = command.flags
    values.unparse_flags()
    for name in values:
        values[name].unparse()
    try:
        rest = values(list(argv))[1:]
    except flags.Error as error:
        return _refused(f"{error}; --help shows the flags")
    if values.help or values.helpfull:
        sys.stdout.write(f"{command.description.strip()}\n\nFlags:\n{_flags_in_words(values)}\n")
        return DONE
    with warnings.catch_warnings():
        warnings.showwarning = _show_warning
        return _checked(command, values, rest, begin)


def _checked(
    command: Command, values: flags.FlagValues, rest: Sequence[str], begin: Callable[[], None]
) -> int:
    try:
        if rest:
            raise ValueError(
                f"arguments: all must be flags, --name=value; got {rest[0]!r}; --help shows the flags"
            )
        if command.needs_workdir and not values.workdir:
            raise ValueError("workdir: a directory must be named; got none; use --workdir=DIR")
        perform = command.prepare(values)
    except (ValueError, OSError, ImportError, StudyError) as error:
        return _refused(str(error))
    begin()
    try:
        return perform()
    except StudyError as error:
        return _refused(str(error))


def _flags_in_words(values: flags.FlagValues) -> str:
    """Every flag, wrapped to the terminal, without the headings that name the files they are defined in."""
    lines = values.get_help(include_special_flags=False).splitlines()
    return "\n".join(line for line in lines if line.startswith(" "))


def _refused(message: str) -> int:
    sys.stderr.write(f"error: {' '.join(message.split())}\n")
    return REFUSED


def _show_warning(message: Warning | str, *_: object) -> None:
    sys.stderr.write(f"warning: {message}\n")


def whole_numbers(name: str, texts: Sequence[str]) -> tuple[int, ...]:
    """The whole numbers of a flag that takes several.

    Raises:
      ValueError: one is not a whole number.
    """
    return tuple(_number(int, "whole numbers", name, text) for text in texts)


def numbers(name: str, texts: Sequence[str]) -> tuple[float, ...]:
    """The numbers of a flag that takes several.

    Raises:
      ValueError: one is not a number.
    """
    return tuple(_number(float, "numbers", name, text) for text in texts)


Number = TypeVar("Number", int, float)


def _number(kind: Callable[[str], Number], kinds: str, name: str, text: str) -> Number:
    try:
        return kind(text)
    except ValueError as error:
        raise ValueError(
            f"{name}: must be {kinds} separated by commas; got {text!r}; use for example --{name}=1,2"
        ) from error
