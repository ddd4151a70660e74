"""The norm layers of a whole tree of arrays, found by the names of their arrays and by patterns of paths."""

import fnmatch
from collections.abc import Mapping
from typing import Any

from bnact.convert.convention import Convention
from bnact.convert.imported import imported
from bnact.convert.layer import Layer

Kinds = Mapping[str, str]
Settings = Mapping[str, Mapping[str, Any]]


def found_layers(
    convention: Convention,
    entries: Mapping[str, Mapping[str, Any]],
    kinds: Kinds,
    settings: Settings,
    caller: str,
) -> dict[str, Layer]:
    """Every entry that is a norm, as a layer.

    Args:
      convention: of the library.
      entries: path of a layer -> names -> arrays.
      kinds: pattern of paths, as in `fnmatch` -> kind of norm. Entries that match none are batch norms where
        they hold running averages, and are left out where they do not.
      settings: kind of norm -> arguments of the library's class.
      caller: for error messages.

    Returns:
      Path -> layer, in the order of the entries.

    Raises:
      ValueError: a pattern matches no path, there is no norm, or what `imported` raises, with the path.
    """
    _check_patterns(entries, kinds, caller)
    _check_settings(convention, settings, caller)
    layers = {}
    for path, arrays in entries.items():
        kind = _kind(convention, path, arrays, kinds)
        if kind is not None:
            layers[path] = imported(convention, kind, arrays, settings.get(kind, {}), f"{caller}: {path!r}")
    if not layers:
        remembered = f"{convention.arrays['mean']} and {convention.arrays['variance']}"
        raise ValueError(
            f"{caller}: there must be a norm to convert, one with {remembered} or one that kinds names; got "
            f"paths {', '.join(entries) or 'none'}; use kinds={{pattern: kind}}"
        )
    return layers


def checked_some(convention: Convention, layers: dict[str, Layer], caller: str) -> dict[str, Layer]:
    """The layers found inside an object, or a ValueError where there is none."""
    if not layers:
        raise ValueError(
            f"{caller}: there must be a norm to convert, one of {', '.join(convention.modules.values())} of "
            f"{convention.library}; got an object that holds none; convert the arrays of other classes, with "
            f"a kind"
        )
    return layers


def entries_of(flat: Mapping[str, Any], separator: str) -> dict[str, dict[str, Any]]:
    """Path -> names -> arrays, from paths that end in the name of an array."""
    entries: dict[str, dict[str, Any]] = {}
    for path, array in flat.items():
        layer, _, name = path.rpartition(separator)
        entries.setdefault(layer, {})[name] = array
    return entries


def flattened(tree: Mapping[Any, Any], separator: str, prefix: str = "") -> dict[str, Any]:
    """A nested mapping as one, its keys joined to paths."""
    flat = {}
    for key, value in tree.items():
        path = f"{prefix}{key}"
        if isinstance(value, Mapping):
            flat |= flattened(value, separator, f"{path}{separator}")
        else:
            flat[path] = value
    return flat


def _kind(convention: Convention, path: str, arrays: Mapping[str, Any], kinds: Kinds) -> str | None:
    for pattern, kind in kinds.items():
        if fnmatch.fnmatchcase(path, pattern):
            return kind
    remembered = {convention.arrays["mean"], convention.arrays["variance"]}
    return "batch" if remembered <= {*arrays} else None


def _check_patterns(entries: Mapping[str, Any], kinds: Kinds, caller: str) -> None:
    for pattern in kinds:
        if not fnmatch.filter(entries, pattern):
            raise ValueError(
                f"{caller}: every pattern of kinds must match a path; got {pattern!r}, and paths "
                f"{', '.join(entries) or 'none'}; use one of those, or * in the place of what differs"
            )


def _check_settings(convention: Convention, settings: Settings, caller: str) -> None:
    for kind in settings:
        if kind not in convention.settings:
            raise ValueError(
                f"{caller}: settings must be by kind of norm, {', '.join(convention.settings)}; got "
                f"{kind!r}; use settings={{'batch': {{...}}}}"
            )
