"""Directories that are the user's alone, for what is trusted when it is read again.

What lies in a cache of compiled programs is machine code that is loaded and run: who can write there can run
anything as this user. So such a directory must belong to the user and be closed to everyone else, and no
shared place or work directory will do.
"""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

PRIVATE = 0o700
_RULE = "compilation cache:"


def own_directory(environment: Mapping[str, str]) -> Path:
    """Where `use_compilation_cache` keeps programs; it need not exist.

    Args:
      environment: the process's variables.

    Raises:
      OSError: neither XDG_CACHE_HOME nor a home directory is known.
    """
    return cache_home(environment) / "bnact" / "compiled"


def private_cache(environment: Mapping[str, str]) -> Path:
    """The directory of all that bnact keeps for the user, made if it is missing.

    Raises:
      OSError: as in `private_directory` and `cache_home`.
    """
    return private_directory(cache_home(environment) / "bnact")


def cache_home(environment: Mapping[str, str]) -> Path:
    """Where the user's caches lie, as the XDG Base Directory Specification says.

    Raises:
      OSError: neither XDG_CACHE_HOME nor an absolute home directory is known.
    """
    chosen = Path(environment.get("XDG_CACHE_HOME", ""))
    if chosen.is_absolute():  # the specification: a relative path is to be ignored
        return chosen
    try:
        home = environment.get("HOME", None)
        home = str(Path.home()) if home is None else home
    except RuntimeError as error:
        raise OSError(f"{_RULE} a home directory must be known; got none; set XDG_CACHE_HOME") from error
    if not Path(home).is_absolute():
        raise OSError(
            f"{_RULE} the home directory must be absolute; got HOME={home!r}; set it, or XDG_CACHE_HOME"
        )
    return Path(home) / ".cache"


def private_directory(path: Path) -> Path:
    """The directory, made with its parents if it is missing, once it is known to be the user's alone.

    Links above it are followed once: what is checked is what is made and used, wherever they point later.

    Args:
      path: absolute.

    Returns:
      The path, without links.

    Raises:
      PermissionError: it is a link, another user's, open to others, or cannot be written; or others may put
        another in the place of it or of a directory above it.
      OSError: it cannot be made.
    """
    resolved = _resolved(path)
    _refuse(why_not_private(resolved))
    _make(resolved)
    _refuse(why_not_private(resolved))  # someone else may have made it meanwhile
    if not os.access(resolved, os.W_OK | os.X_OK):
        raise PermissionError(
            f"{_RULE} {resolved} holds code that is run, so it must be writable; got a directory that is "
            "not; set XDG_CACHE_HOME to another"
        )
    return resolved


def why_not_private(path: Path) -> str | None:
    """Why `private_directory` would take a directory for one that is not the user's alone; makes nothing.

    Args:
      path: absolute; of one that is missing only what lies above it is looked at.

    Returns:
      The rule, what was found and what to do; None where the directory is private, or would be made so.
    """
    resolved = _resolved(path)
    return _why_open_above(resolved) or (_why_open(resolved) if os.path.lexists(resolved) else None)


def _resolved(path: Path) -> Path:
    return Path(os.path.realpath(path.parent)) / path.name


def _refuse(reason: str | None) -> None:
    if reason is not None:
        raise PermissionError(reason)


def _make(path: Path) -> None:
    """Makes what is missing, closed to others whatever the umask is."""
    for each in [*reversed(path.parents), path]:
        if os.path.lexists(each) and (each == path or each.exists()):
            continue
        try:
            each.mkdir(mode=PRIVATE)
        except FileExistsError as error:
            if not each.is_dir():
                raise OSError(
                    f"{_RULE} {each} must be a directory; got a link that leads nowhere; remove it, or set "
                    "XDG_CACHE_HOME to another place"
                ) from error
        except OSError as error:
            raise OSError(
                f"{_RULE} {each} must be a directory, or one that can be made; got "
                f"{(error.strerror or str(error)).lower()}; set XDG_CACHE_HOME to a place that can be written"
            ) from error


def _why_open_above(path: Path) -> str | None:
    """Why someone else can rename a directory above the path, or None.

    Those that a group may write are allowed: where every user has a group of their own, homes are made so,
    and who else is in a group is for its administrator to know, whom the user trusts as root.
    """
    rule = f"{_RULE} nobody else may rename what lies above {path}"
    for each in path.parents:
        try:
            found = each.stat()
        except OSError:
            continue  # not there yet, or not to be seen: then nothing can be made there
        if found.st_uid not in (0, os.getuid()):
            return f"{rule}; got {each} of user {found.st_uid}; set XDG_CACHE_HOME to a place of your own"
        if found.st_mode & stat.S_IWOTH and not found.st_mode & stat.S_ISVTX:
            return (
                f"{rule}; got {each} of mode {oct(stat.S_IMODE(found.st_mode))}; use chmod o-w on it, or set "
                "XDG_CACHE_HOME to another place"
            )
    return None


def _why_open(path: Path) -> str | None:
    found = path.lstat()
    rule = f"{_RULE} {path} holds code that is run, so it must be"
    if not stat.S_ISDIR(found.st_mode):
        kind = "link" if stat.S_ISLNK(found.st_mode) else "file"
        return f"{rule} a directory; got a {kind}; remove it"
    if found.st_uid != os.getuid():
        return f"{rule} yours; got user {found.st_uid}; set XDG_CACHE_HOME to your own"
    if found.st_mode & 0o077:
        mode = oct(stat.S_IMODE(found.st_mode))
        return f"{rule} closed to others; got mode {mode}; use chmod 700 if you trust it"
    return None
