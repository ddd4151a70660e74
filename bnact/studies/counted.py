"""A number and its noun."""


def counted(number: int, noun: str) -> str:
    """A number with its noun as a person says it: "1 run", "0 runs", "1,200 runs"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
