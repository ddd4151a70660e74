"""Every check: from a machine to findings."""

from .registry import CHECKS as CHECKS
