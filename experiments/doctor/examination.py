"""All checks and all canaries."""

from collections.abc import Iterable

from .canaries import Canary, Sign, seen_on_cpu
from .checks import CHECKS
from .finding import Finding, Verdict
from .machine import Machine


def examination(machine: Machine, canaries: Iterable[Canary]) -> tuple[Finding, ...]:
    """What every check and every canary says."""
    checked = [finding for check in CHECKS for finding in check(machine)]
    return (*checked, *(looked_for(canary) for canary in canaries))


def looked_for(canary: Canary) -> Finding:
    """What a canary says; one that cannot run is told as that."""
    try:
        return fault(canary, seen_on_cpu(canary))
    except (
        Exception
    ) as error:  # whatever a compiler or a system raises that is worse than what was looked for
        said = " ".join(f"{type(error).__name__} {error}".split())
        return Finding(f"compiler: {canary.name}", f"not looked at: {said}", "not known")


def fault(canary: Canary, sign: Sign) -> Finding:
    """A canary's sign as a finding: a known fault counts as much as a new one."""
    name = f"compiler: {canary.name}"
    if sign != "present":
        return Finding(name, sign, "good" if sign == "absent" else "not known")
    verdict: Verdict = "wrong" if canary.gives_wrong_numbers else "advice"
    consequence = "gives wrong numbers" if canary.gives_wrong_numbers else "is slow"
    return Finding(name, f"present; it {consequence}", verdict, f"{canary.remedy} ({canary.source})")
