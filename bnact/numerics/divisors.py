"""The numbers that divide a number: what an error offers in the place of one that does not."""


def divisors(number: int) -> tuple[int, ...]:
    """All whole numbers that divide a positive one, rising; none of 0.

    Args:
      number: a whole number, not negative.
    """
    return tuple(each for each in range(1, number + 1) if number % each == 0)
