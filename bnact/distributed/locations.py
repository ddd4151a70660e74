"""Programs lowered without the lines of code that their operations come from."""

import contextlib
import os
import threading
from collections.abc import Iterator

import jax

_SETTING = "jax_traceback_in_locations_limit"
_ONE_AT_A_TIME = threading.RLock()


@contextlib.contextmanager
def without_locations() -> Iterator[None]:
    """Inside, what jax lowers does not carry the calls that led to each operation.

    They are for profilers: who sets JAX_TRACEBACK_IN_LOCATIONS_LIMIT keeps what it says. XLA hands a program
    that is divided over devices to another representation and back, and copies every operation's calls both
    times: a fifth of the compilation of a whole grid. A thread that comes while another is inside waits; the
    setting is the process's, and left as it was found.
    """
    if _SETTING.upper() in os.environ or not hasattr(jax.config, _SETTING):
        yield
        return
    with _ONE_AT_A_TIME:
        found = getattr(jax.config, _SETTING)
        jax.config.update(_SETTING, 0)
        try:
            yield
        finally:
            jax.config.update(_SETTING, found)
