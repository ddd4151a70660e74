"""What a command needs beyond Python, looked for before anything is imported that needs it."""

import importlib.util
import sys

MODULES = ("absl", "jax", "flax", "optax", "jinja2", "matplotlib", "rich", "scipy", "sklearn")


def missing(modules: tuple[str, ...] = MODULES) -> tuple[str, ...]:
    """The modules, by name, that this interpreter cannot import."""
    return tuple(name for name in modules if importlib.util.find_spec(name) is None)


if missing():
    sys.stderr.write(
        f"error: experiments need the packages of bnact's extra 'study'; {sys.executable} lacks "
        f"{', '.join(missing())}; use .venv/bin/python after 'make study', or pip install -e '.[study]'\n"
    )
    sys.exit(2)
