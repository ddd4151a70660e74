"""The packages an audit needs beyond the library itself."""

import importlib.util


def require(module: str) -> None:
    """Raises ImportError, naming the extra that brings it, unless the module is installed."""
    if importlib.util.find_spec(module) is None:
        raise ImportError(f"audit: {module} must be installed; it is not; use pip install 'bnact[study]'")
