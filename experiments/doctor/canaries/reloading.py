"""Slow starts: a program that was kept in the compilation cache is refused on the very machine that kept it.

XLA:CPU notes with a program which features of the processor it was compiled for. On some processors it notes
preferences among them (+prefer-no-gather, +prefer-no-scatter), which no processor has, so that the check on
loading can never pass (jax#38445, xla#44565). Every process then compiles anew, and only the log says so.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping

from .canary import Canary, Sign

REFUSED = "Machine type used for XLA:CPU compilation doesn't match"
HIT = "found in the cache"
PROGRAM = f"""
import jax, jax.numpy as jnp
found = []
jax.monitoring.register_event_listener(lambda name, **_: found.append(name))
jax.jit(lambda x: jnp.sum(jnp.sin(x) @ x))(jnp.ones((8, 8))).block_until_ready()
if "/jax/compilation_cache/cache_hits" in found: print("{HIT}")
"""
LONGEST = 60.0


def look() -> Sign:
    """Compiles a small program in one process, and looks whether another takes it from the cache."""
    with tempfile.TemporaryDirectory() as directory:
        variables = {
            **os.environ,
            "JAX_PLATFORMS": "cpu",
            "JAX_ENABLE_COMPILATION_CACHE": "true",
            "JAX_COMPILATION_CACHE_DIR": directory,
            "JAX_COMPILATION_CACHE_MAX_SIZE": "-1",  # with a bound jax needs a package that may not be here
            "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
            "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
            "TF_CPP_MIN_LOG_LEVEL": "1",  # as jax sets it; a higher one hides the refusal
        }
        try:
            first, second = _ran(variables), _ran(variables)
        except (OSError, subprocess.SubprocessError):
            return "not looked at"
    return "not looked at" if HIT in first.stdout else sign_of(second.stdout, second.stderr)


def sign_of(said: str, logged: str) -> Sign:
    """What a process that should have found its program says: on its output, and in the log.

    One that has not found it and logs no refusal has a cache that does not work, for whatever reason.
    """
    if REFUSED in logged:
        return "present"
    return "absent" if HIT in said else "not looked at"


def _ran(variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "-c", PROGRAM]
    return subprocess.run(call, env=variables, capture_output=True, text=True, check=True, timeout=LONGEST)


CANARY = Canary(
    name="kept programs are refused by the machine that kept them",
    source="https://github.com/jax-ml/jax/issues/38445",
    gives_wrong_numbers=False,
    known=("every",),
    look=look,
    remedy="the compilation cache saves nothing on this processor: set JAX_ENABLE_COMPILATION_CACHE=false, "
    "and train what belongs together in one process",
    on_every_machine=False,
)
