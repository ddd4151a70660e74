"""What a check comes to."""

from typing import Literal, NamedTuple

Verdict = Literal["good", "advice", "wrong", "not known"]
"""`wrong` is kept for what makes results wrong or impossible; what costs time or comfort is `advice`."""


class Finding(NamedTuple):
    """One thing looked at.

    Attributes:
      name: what was looked at.
      found: what was found.
      verdict: whether that is good.
      remedy: what to set and why; empty where nothing is to do.
    """

    name: str
    found: str
    verdict: Verdict
    remedy: str = ""
