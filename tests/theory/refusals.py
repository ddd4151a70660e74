"""How a bad call of theory is written, and what its error must say."""

import re
from typing import Any

import pytest

from bnact import theory

# function: the rule; what came; the fix
FORM = re.compile(r"\w+: [^;]*\b(must|unknown)\b[^;]*; got [^;]+; \S.+", re.DOTALL)


def call(name, *arguments: Any, **options: Any):
    return lambda: getattr(theory, name)(*arguments, **options)


def assert_refused(bad, words):
    """That it is a ValueError which tells the rule; what came; the fix."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011 -- what it says is looked at below
        bad()
    message = str(caught.value)
    assert [word for word in words if word not in message] == [], message
    assert FORM.match(message), message
